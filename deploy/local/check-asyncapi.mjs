// Checks deploy/schemas/asyncapi.json with the official parser: `make schemas` writes the document, the tests and CI run
// this. First `npm install --prefix deploy/local --no-package-lock`. Exit 1 and a line a problem if it is not valid.
import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";

const file = process.argv[2] ?? new URL("../schemas/asyncapi.json", import.meta.url);
const { document, diagnostics } = await new Parser().parse(await readFile(file, "utf8"));
const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 0);
for (const { path, message } of errors) console.error(`${path.join(".")}: ${message}`);
if (!document || errors.length) process.exit(1);
console.log(`valid: AsyncAPI ${document.version()}, ${document.channels().all().length} channels, ` +
  `${document.operations().all().length} operations, ${document.messages().all().length} messages`);
