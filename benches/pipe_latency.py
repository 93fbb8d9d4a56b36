"""How long one line takes through a pipe: pipe_latency.py LINES COMMAND...

Writes a record to the command's stdin, waits for its result on stdout, then writes the next one. Prints the
median and the 95th percentile in ms.
"""

import json
import subprocess
import sys
import time

lines, command = int(sys.argv[1]), sys.argv[2:]
process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
took = []
for number in range(lines):
    record = {
        "id_number": f"331099010190{1 + number % 9999:04}",
        "phone_number": f"0812{number:08}",
        "name": f"Contoh {number}",
    }
    begun = time.perf_counter()
    process.stdin.write(json.dumps(record).encode() + b"\n")
    process.stdin.flush()
    if not process.stdout.readline():
        sys.exit("the command ended")
    took.append((time.perf_counter() - begun) * 1000)
process.stdin.close()
process.wait()
took = sorted(took[lines // 10 :])
print(f"{took[len(took) // 2]:.2f} {took[len(took) * 95 // 100]:.2f}")
