#!/usr/bin/env python3
"""Remakes the seeds of the reader's corpus: one kind of damage a file."""

import pathlib

HERE = pathlib.Path(__file__).parent / "reader"
HEAD = b"nik,hp,nama\n"
GOOD = b"3310990101909001,081234567890,BUDI\n"
SEEDS = {
    "empty": b"",
    "newlines": b"\r\n\n\r\r\n",
    "bom-only": b"\xef\xbb\xbf",
    "header-only": HEAD,
    "header-unended": HEAD[:-1],
    "no-header": GOOD,
    "good": HEAD + GOOD,
    "sep": b"sep=;\r\n" + (HEAD + GOOD).replace(b",", b";"),
    "ragged": HEAD + b"1,2\n1,2,3,4\n,,\n" + GOOD,
    "open-quote": HEAD + b'1,2,"x\n' + GOOD * 3,
    "open-quote-in-header": b'nik,"hp,nama\n' + GOOD,
    "odd-quotes": HEAD + b'"""",2,"a""\n"x"y,"\n"\n' + GOOD,
    "lone-quote-at-end": HEAD + GOOD + b'1,2,"',
    "cr": (HEAD + GOOD).replace(b"\n", b"\r"),
    "nul": HEAD + b"1,\0,x\n" + GOOD + b"\0\0\0\0",
    "not-utf8": HEAD + b"1,2,\xc3\n1,\xff,\xe9\n\xc3,\xa9,x\n",
    "windows-1252": HEAD + b"1,2,Ren\xe9\n",
    "utf16le": b"\xff\xfe" + (HEAD + GOOD).decode().encode("utf-16-le"),
    "utf16be-no-bom": (HEAD + GOOD).decode().encode("utf-16-be"),
    "utf16-odd": b"\xff\xfe" + (HEAD + GOOD).decode().encode("utf-16-le")[:-1],
    "utf16-lone-surrogate": b"\xff\xfe" + HEAD.decode().encode("utf-16-le") + b"1\0,\0\x00\xd8\n\0",
    "former-result": b"nik,hp,nama,idv_row,idv_code\n1,2,3,1,200\n1,2,3\n",
    "doubled-columns": b"nik,nik,hp,nama\n1,2,3,4\n",
    "wide-header": b"nik,hp,nama" + b"," * 3000 + b"\n" + GOOD,
    "jsonl": b'{"nik":3310990101909001,"hp":"0812","nama":null}\n{"nik":1e5,"hp":[],"nama":{}}\n',
    "jsonl-broken": b'{"nik":"1","hp":"2","nama":"3"}\n{"nik":\n[]\n\n{"x":"\\ud800"}\n{"nik":"1","no_ktp":"2"}\n',
    "jsonl-former": b'{"row":1,"outcome":"pass","sequence_id":"s","input":{"nik":"1","hp":"2","nama":"3"}}\n',
    "json-array": b'[{"nik":"1"}]\n',
    "zip": b"PK\x03\x04 and no more",
    "gzip": b"\x1f\x8b\x08",
}

if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for name, content in SEEDS.items():
        (HERE / name).write_bytes(content)
