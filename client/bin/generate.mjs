#!/usr/bin/env node
// Catalog JSON -> TypeScript: freshet-generate [--check] <catalog.json> <output.ts>
// It lives beside the client, not in the server's tools: what it writes are types of this package, so both have one version, and
// the file it reads (docs/catalog-json.md) is all that it needs of the server.
import { readFileSync, writeFileSync } from 'node:fs'
import { typescriptOf } from './typescript.mjs'

const args = process.argv.slice(2)
const check = args[0] === '--check'
const [catalog, output, ...rest] = check ? args.slice(1) : args
if (!catalog || !output || rest.length > 0) {
  console.error('Usage: freshet-generate [--check] <catalog.json> <output.ts>')
  process.exit(2)
}

let text
try {
  text = typescriptOf(readFileSync(catalog, 'utf8'))
} catch (error) {
  console.error(`${catalog}: ${error.message}`)
  process.exit(2)
}
if (!check) {
  writeFileSync(output, text)
  process.exit(0)
}
let there = ''
try {
  there = readFileSync(output, 'utf8')
} catch {
  // Not there is out of date too.
}
if (there !== text) {
  const [was, is] = [there.split('\n'), text.split('\n')]
  const line = is.findIndex((each, index) => each !== was[index])
  console.error(`${output} is out of date, from line ${(line < 0 ? is.length : line) + 1} on. Type: freshet-generate ${catalog} ${output}`)
  process.exit(1)
}
