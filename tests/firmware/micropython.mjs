// Plays stories in MicroPython: each line of standard input is one, each line of output what was
// seen. Use: node micropython.mjs SETUP FILE … ; the files are copied in, and SETUP defines tell().

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { loadMicroPython } from "@micropython/micropython-webassembly-pyscript/micropython.mjs";

const [setup, ...files] = process.argv.slice(2);
const micropython = await loadMicroPython({ stdout: (line) => console.log(line) });
for (const file of files) {
  micropython.FS.writeFile(`/${basename(file)}`, readFileSync(file));
}
micropython.runPython(`import sys; sys.path.append("/")\n${setup}`);
for await (const line of createInterface({ input: process.stdin })) {
  micropython.globals.set("line", line);
  micropython.runPython("tell(line)");
}
