import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hashOf, typescriptOf } from '../bin/typescript.mjs'

const policy = { staleTimeSeconds: 30, refetchOnFocus: true }
const query = (name, level, more = {}) => ({
  name, owner: 'a-team', level, arguments: 'string', value: 'Shop.Summary', tags: [{ tag: 'account', members: [''] }], tagsFound: [], reads: [], screens: ['desk'], policy, ...more,
})
const catalog = (more = {}) => JSON.stringify({
  format: 'freshet-catalog', version: 1, tags: [],
  events: [
    { name: 'invoice.paid', owner: 'billing', type: 'Shop.InvoicePaid', members: ['accountId', 'invoiceId'], tags: [{ tag: 'account', members: ['AccountId'] }] },
    { name: 'plan.listed', owner: 'billing', type: 'Shop.PlanListed', members: ['planId'], tags: [{ tag: 'plans', constant: 'plans:all' }] },
  ],
  queries: [
    query('account-summary', 'high'),
    query('dashboard', 'medium', { tags: [], reads: ['account-summary'] }),
    query('plan-mix', 'low', { tags: [], tagsFound: ['plans'], policy: { staleTimeSeconds: 0.25, refetchOnFocus: false } }),
    query('other-plans', 'low', { tags: [{ tag: 'plans', constant: 'plans:other' }] }),
  ],
  screens: [],
  mutations: [
    { name: 'POST /invoices/{id}/pay', owner: null, catalog: null, events: ['invoice.paid'], trigger: 'userAction' },
    { name: 'DELETE /plans/{id}', owner: null, catalog: null, events: ['plan.listed'], trigger: 'userAction' },
  ],
  schemas: {
    string: { type: 'string' },
    'Shop.InvoicePaid': { type: 'object', properties: { invoiceId: { type: 'string' }, accountId: { type: 'string' } } },
    'Shop.Summary': {
      type: 'object',
      properties: {
        status: { enum: ['current', 'pastDue'] }, cents: { type: 'integer' }, paidAt: { type: ['string', 'null'], format: 'date-time' },
        rows: { type: 'array', items: { type: 'object', properties: { id: { type: 'string' } } } }, extra: { type: 'object', additionalProperties: { type: 'number' } },
        tags: { type: 'array', items: { type: ['string', 'null'] } }, parent: { $ref: '#' }, 'odd-name': true,
      },
    },
  },
  ...more,
})

describe('the generated file', () => {
  const file = typescriptOf(catalog())

  test('has events with their members, and their union', () => {
    expect(file).toContain("export interface InvoicePaid {\n  readonly type: 'invoice.paid'\n  readonly accountId: string\n  readonly invoiceId: string\n}")
    expect(file).toContain('readonly planId: unknown') // no schema: not JSON, or an older export
    expect(file).toContain('export type AnyEvent = InvoicePaid | PlanListed')
  })

  test('has queries with the types of arguments and value, and their policies', () => {
    expect(file).toContain("export const accountSummary: DeclaredQuery<string, { readonly status: 'current' | 'pastDue'; readonly cents: number; readonly paidAt: string | null; "
      + "readonly rows: readonly { readonly id: string }[]; readonly extra: { readonly [key: string]: number }; readonly tags: readonly (string | null)[]; "
      + "readonly parent: unknown; readonly 'odd-name': unknown }, 'high'> = {")
    expect(file).toContain("name: 'account-summary', level: 'high', staleTime: 30000, refetchOnWindowFocus: true,\n  screens: ['desk'],")
    expect(file).toContain("name: 'plan-mix', level: 'low', staleTime: 250, refetchOnWindowFocus: false,")
  })

  test('has mutations and what they reach: by tags, found tags and queries read, not by another constant of one kind', () => {
    expect(file).toContain("export const postInvoicesIdPay: DeclaredMutation<true> = {\n  name: 'POST /invoices/{id}/pay', events: ['invoice.paid'], reachesHigh: true,\n  reaches: ['account-summary', 'dashboard'],\n}")
    expect(file).toContain("export const deletePlansId: DeclaredMutation<false> = {\n  name: 'DELETE /plans/{id}', events: ['plan.listed'], reachesHigh: false,\n  reaches: ['plan-mix'],\n}")
  })

  test('says what it was made from', () => expect(file).toContain(`catalog: '${hashOf(catalog())}'`))

  test('is the same for the same JSON, and another for another', () => {
    expect(typescriptOf(catalog())).toBe(file)
    expect(typescriptOf(catalog({ queries: [] }))).not.toBe(file)
  })

  test('keeps names apart, and quotes what it does not know', () => {
    const odd = typescriptOf(catalog({ queries: [query('a.b', 'low'), query('a-b', 'low'), query('1st', 'low'), query('new', 'low', { owner: "*/ alert('x')" })] }))
    for (const name of ['aB:', 'aB2:', '_1st:', '_new:']) expect(odd).toContain(`export const ${name}`)
    expect(odd).not.toContain('*/ alert')
  })
})

test.each([
  [{ format: 'other' }, /no Freshet catalog/],
  [{ version: 2 }, /has version 2/],
])('a document of another kind is refused: %j', (more, message) => expect(() => typescriptOf(catalog(more))).toThrow(message))

describe('the command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-generate-'))
  const [json, output] = [join(folder, 'catalog.json'), join(folder, 'catalog.ts')]
  const run = (...args) => {
    try {
      execFileSync(process.execPath, [new URL('../bin/generate.mjs', import.meta.url).pathname, ...args], { encoding: 'utf8', stdio: 'pipe' })
      return { status: 0, text: '' }
    } catch (error) {
      const { status, stderr } = error
      return { status, text: stderr }
    }
  }

  test('writes, and checks: a file that is missing, or out of date, fails and says where', () => {
    writeFileSync(json, catalog())
    expect(run('--check', json, output).status).toBe(1)
    expect(run(json, output).status).toBe(0)
    expect(run('--check', json, output).status).toBe(0)
    writeFileSync(output, readFileSync(output, 'utf8').replace('staleTime: 250', 'staleTime: 9'))
    const late = run('--check', json, output)
    expect([late.status, late.text]).toEqual([1, expect.stringMatching(/out of date, from line \d+ on\. Type: freshet-generate/)])
  })

  test('says how it is used, and what it cannot read', () => {
    expect(run()).toEqual({ status: 2, text: expect.stringContaining('Usage') })
    expect(run(join(folder, 'none.json'), output)).toEqual({ status: 2, text: expect.stringContaining('none.json') })
    writeFileSync(json, '{}')
    expect(run(json, output)).toEqual({ status: 2, text: expect.stringContaining('no Freshet catalog') })
  })
})
