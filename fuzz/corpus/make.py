#!/usr/bin/env python3
"""Remakes the seeds of the corpora: one thing a file. What was found later has a number for its name."""

import pathlib

HERE = pathlib.Path(__file__).parent
HEAD = b"nik,hp,nama\n"
GOOD = b"3310990101909001,081234567890,BUDI\n"
READER = {
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



def said(how, status, body):
    """How it is sent, the HTTP status, what is said; \x0b and \x0c stand for the key."""
    return bytes([how]) + (status - 200).to_bytes(2, "big") + body


PASS = b'{"code":200,"message":"success","sequence_id":"s1","result":"pass","id_phone_match":"pass","id_name_match":"pass"}'
ANSWER = {
    "pass": said(0, 200, PASS),
    "pass-end-cut": said(1, 200, PASS),
    "pass-chunked": said(2, 200, PASS),
    "pass-under-500": said(0, 500, PASS),
    "pass-under-307": said(2, 307, PASS),
    "pass-whole-reply": said(3, 200, b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n" + b'{"code":200}'),
    "body-cut": said(1, 200, PASS[:60]),
    "fail": said(0, 200, PASS.replace(b'"pass","id_n', b'"fail","id_n').replace(b'"result":"pass"', b'"result":"fail"')),
    "fail-that-passes": said(0, 200, PASS.replace(b'"result":"pass"', b'"result":"fail"')),
    "no-record": said(0, 200, b'{"code":"200","result":"no record","reason":"No record for the phone number"}'),
    "pass-with-objection": said(0, 200, b'{"code":200,"result":"Success ","reason":"The NIK does not match with the name"}'),
    "quota": said(0, 200, b'{"code":305,"message":"Daily maximum volume reached"}'),
    "refused": said(0, 400, b'{"code":11340,"message":"phone_number 081234567890 error"}'),
    "account": said(0, 200, b'{"code":11340,"message":"Partner_Key error"}'),
    "undocumented": said(0, 200, b'{"code":12223,"message":null}'),
    "code-not-whole": said(0, 200, b'{"code":2e2,"result":"pass"}'),
    "code-huge": said(0, 200, b'{"code":18446744073709551616}'),
    "code-text": said(0, 200, b'{"code":" -200 ","result":["pass"],"sequence_id":17}'),
    "twice-the-same": said(0, 200, b'{"code":200,"code":200,"x":{"a":1,"a":2}}'),
    "twice-another": said(0, 200, b'{"result":"pass","code":200,"result":"fail"}'),
    "deep": said(0, 200, b'{"code":200,"x":' + b"[" * 140 + b"]" * 140 + b"}"),
    "extra": said(0, 200, b'{"code":200,"further_info":{"gender":"F","score":1.5},"n":1e400}'),
    "key-in-message": said(0, 200, b'{"code":11340,"message":"partner_key \x0b error, \x0c too"}'),
    "key-in-extra": said(0, 200, b'{"code":200,"x":[{"y":"\x0b"}]}'),
    "key-as-name": said(0, 200, b'{"code":200,"x":{"\x0b":1},"\x0c":2}'),
    "key-in-structure": said(0, 200, b'{"code":200,"message":["\x0b"],"reason":{"\x0b":null}}'),
    "key-in-html": said(0, 403, b"<html>no such partner: \x0c</html>"),
    "key-in-head": said(3, 200, b"HTTP/1.1 403 \x0c\r\nx: \x0c\r\n\r\n"),
    "name-repeated": said(0, 200, '{"code":11340,"message":"no REN\u00c9E here","reason":"ren\u00e9e"}'.encode()),
    "hostile": said(0, 200, b'{"code":11340,"message":"\\u001b[2J\\u202e 3310990101909001 \\u0661\\u0662\\u0663\\u0664\\u0665\\u0666\\u0667\\u0668"}'),
    "not-utf8": said(0, 200, b'{"code":200,"m":"\xff"}'),
    "bom": said(0, 200, b"\xef\xbb\xbf" + PASS),
    "empty-200": said(0, 200, b""),
    "html-502": said(0, 502, b"<html></html>"),
    "busy": said(4, 503, b"busy"),
    "bare-503": said(0, 503, b"busy"),
    "too-many": said(4, 429, b""),
    "no-content": said(0, 204, PASS),
    "not-http": said(3, 200, b"SSH-2.0-OpenSSH_9.2\r\n"),
    "head-alone": said(3, 200, b"HTTP/1.1 200 OK\r\ncontent-le"),
    "continue-first": said(3, 200, b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + PASS),
    "two-lengths": said(3, 200, b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\n" + PASS),
    "wish-without-measure": said(3, 200, b"HTTP/1.1 429 x\r\nretry-after: 18446744073709551615\r\n\r\n"),
    "wish-as-date": said(3, 200, b"HTTP/1.1 429 x\r\nretry-after: Wed, 21 Oct 2015 07:28:00 GMT\r\n\r\n"),
    "switching": said(3, 200, b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n" + PASS),
}

ACCOUNT = b"IDV_ENDPOINT='https://h.example/v'\nIDV_PARTNER_CODE='c'\n"
# The first byte says as what the others are read; in the first two a NUL stands for the key.
SETTINGS = {
    "good": b"\0" + ACCOUNT + b"IDV_PARTNER_KEY='\0'\n",
    "endpoint-as-flag": b"\1" + ACCOUNT + b"export IDV_PARTNER_KEY=\0 # the key\r\n",
    "all-set": b"\1" + ACCOUNT + b"IDV_PARTNER_KEY=\0\nIDV_CONCURRENCY=4\nIDV_RATE=0.5\nIDV_PRICE=1.25\nIDV_LEDGER=x.db\n",
    "key-for-each": b"".join(b"IDV_%s=\0\n" % n for n in (b"ENDPOINT", b"PARTNER_CODE", b"PARTNER_KEY", b"PRICE", b"RATE", b"CONCURRENCY", b"LEDGER")).join([b"\0", b""]),
    "key-as-endpoint": b"\0IDV_ENDPOINT=http://\0/?partner_key=\0\nIDV_PARTNER_CODE=c\nIDV_PARTNER_KEY=\0\n",
    "key-as-file-name": b"\1IDV_PARTNER_CODE=c\nIDV_PARTNER_KEY_FILE=\0\n",
    "key-twice": b"\1" + ACCOUNT + b"IDV_PARTNER_KEY=\0\nIDV_PARTNER_KEY_FILE=\0\n",
    "key-alone": b"\0\0==\n+second/line==\n",
    "key-unquoted-space": b"\0" + ACCOUNT + b"IDV_PARTNER_KEY=a \0\n",
    "key-quote-open": b"\0" + ACCOUNT + b"IDV_PARTNER_KEY='\0\nIDV_RATE=1\n",
    "key-quote-inside": b"\0" + ACCOUNT + b"IDV_PARTNER_KEY='a'\0'\n",
    "key-in-double-quotes": b"\1" + ACCOUNT + b'IDV_PARTNER_KEY="\\$\0\\n"\n',
    "key-substituted": b"\1K=\0\n" + ACCOUNT + b"IDV_PARTNER_KEY=${K}x$K\nIDV_PRICE=$K\n",
    "key-over-two-lines": b"\1" + ACCOUNT + b"IDV_PARTNER_KEY='\0\n\0'\n",
    "key-in-comment": b"\0# \0\n" + ACCOUNT + b"#IDV_PARTNER_KEY=\0",
    "bom": b"\1\xef\xbb\xbf" + ACCOUNT + b"IDV_PARTNER_KEY=\0\n",
    "utf16": b"\1" + ("\ufeff" + ACCOUNT.decode()).encode("utf-16-le"),
    "not-utf8": b"\1" + ACCOUNT + b"IDV_PARTNER_KEY=\0\xff\n",
    "empty": b"\0",
    "price-ambiguous": b"\1IDV_PRICE=1.000\n",
    "numbers-beyond": b"\1" + ACCOUNT + b"IDV_PARTNER_KEY=\0\nIDV_RATE=NaN\nIDV_CONCURRENCY=65536\n",
    "value-plain": b"\2secret-1",
    "value-odd": b'\2k+/=%26 Zz&#"$HOME`\xc3\xa9\t',
    "value-backslash": b"\2a\\",
    "value-lines": b"\2a\r\nb\n",
    "value-blank": b"\2  ",
    "file-plain": b"\3secret-1\r\n",
    "file-odd": b"\3 k+/=%26 Zz'\n\n",
    "file-not-utf8": b"\3secret-1\xff",
    "file-empty": b"\3\n",
}

TEXTS = {
    "plain": b"success",
    "colour": b"\x1b[31mred\x1b[2J\x1b]0;title\x07\xc2\x9b1m",
    "direction": "right\u202eleft\u2066\u2069\u200f\u061c\u2028\u2068".encode(),
    "right-to-left": "\u0645\u062d\u0645\u062f 3310990101909001".encode(),
    "digits": "081234567890 \u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668 1234567".encode(),
    "formula": b"=HYPERLINK(\"http://h.example/\",\"x\")",
    "formula-tab": b"\t=1+1",
    "phone": b"+62 812-3456.7890",
    "markup": b"\"><img src=x onerror=alert(1)> `a` ` &amp;",
    "wide": "\u9673\u5927\u6587 \u9673\u5927\u6587 \u9673\u5927\u6587".encode() * 20,
    "emoji": "\u2764\ufe0f\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f1ee\U0001f1e9\U0001f44d\U0001f3fd".encode() * 30,
    "marks": ("e" + "\u0301" * 40 + "\u0b95\u0bbe\u0915\u094d\u0937\u093f").encode() * 9,
    "lines": b"one two\r\nthree\x00\x7f\x08 `four five six seven` eight " * 8,
    "quotes": b"it's \"$HOME\" ; rm -rf \\ `x`",
    "xml": "_x001B_ \x1b \ufffe\uffff  space ".encode(),
    "named": "name BUDI CONTOH, REN\u00c9E".encode() + b"\xffRen\xc3\xa9e\xff=column",
    "column": b"said\xffBudi Contoh\xffnik",
    "not-utf8": b"a\xc3(\xe2\x80\xff\xff",
}
# Each text through one of the outputs, masked and not, as results and as checks.
ESCAPE = {
    f"{name}-{which}": bytes([which | (index * 8 & 24), 20 + index]) + text
    for index, (name, text) in enumerate(TEXTS.items())
    for which in ((index % 8) | 32 * (index % 2), ((index + 3) % 8) | 64 * (index % 2), (index + 6) % 8)
}

if __name__ == "__main__":
    for target, seeds in {"answer": ANSWER, "escape": ESCAPE, "reader": READER, "settings": SETTINGS}.items():
        (HERE / target).mkdir(exist_ok=True)
        for name, content in seeds.items():
            (HERE / target / name).write_bytes(content)
