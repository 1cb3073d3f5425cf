// Schema and mandatory tests of CSAF 2.0 by the reference library: csaf.mjs FOLDER_WITH_NODE_MODULES FILE... A line for each thing
// that fails; the exit code says whether any did.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder, ...files] = process.argv.slice(2)
const part = name => import(pathToFileURL(join(resolve(folder), 'node_modules', '@secvisogram', 'csaf-validator-lib', name)))
const [mandatory, schema, { default: validate }] = await Promise.all(['mandatoryTests.js', 'schemaTests.js', 'validate.js'].map(part))

let bad = 0
for (const file of files) {
  const result = await validate([schema.csaf_2_0, ...Object.values(mandatory)], JSON.parse(readFileSync(file, 'utf8')))
  for (const test of result.tests)
    for (const error of test.errors) {
      console.log(`${file}: ${test.name}: ${error.instancePath} ${error.message}`)
      bad++
    }
  console.log(`${file}: ${result.tests.length} tests`)
}
process.exit(bad ? 1 : 0)
