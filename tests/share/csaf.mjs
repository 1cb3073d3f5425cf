// Schema and mandatory tests of CSAF 2.0 by the reference library. Reads documents named on the command line, prints what fails.
import { readFileSync } from 'node:fs'
import * as mandatory from '@secvisogram/csaf-validator-lib/mandatoryTests.js'
import * as schema from '@secvisogram/csaf-validator-lib/schemaTests.js'
import validate from '@secvisogram/csaf-validator-lib/validate.js'

let bad = 0
for (const file of process.argv.slice(2)) {
  const tests = [schema.csaf_2_0, ...Object.values(mandatory)]
  const result = await validate(tests, JSON.parse(readFileSync(file, 'utf8')))
  for (const test of result.tests)
    for (const error of test.errors) {
      console.log(`${file}: ${test.name}: ${error.instancePath} ${error.message}`)
      bad++
    }
  console.log(`${file}: ${result.tests.length} tests`)
}
process.exit(bad ? 1 : 0)
