import { QueryClient } from '@tanstack/query-core'
import { describe, expectTypeOf, test } from 'vitest'
import { change, createFreshet, onInvalidation, type DeclaredMutation, type DeclaredQuery, type FreshnessEvent, type InvalidationReport } from '../../src/index.ts'

interface Summary { readonly balanceCents: number }

const queryClient = new QueryClient()
const freshet = createFreshet({ queryClient })
const summary = (id: string) =>
  freshet.query({ queryKey: ['account-summary', id], level: 'high', queryFn: ({ read }) => read<Summary>(`/accounts/${id}`) })

describe('query', () => {
  test('the data type comes from the query function, and goes with the key', () => {
    expectTypeOf(queryClient.fetchQuery(summary('a'))).resolves.toEqualTypeOf<Summary>()
    expectTypeOf(queryClient.getQueryData(summary('a').queryKey)).toEqualTypeOf<Summary | undefined>()
  })
  test('the key keeps its shape', () => {
    freshet.query({
      queryKey: ['invoice', 7], level: 'high',
      async queryFn({ queryKey }) {
        expectTypeOf(queryKey).toExtend<readonly ['invoice', 7]>()
        return 1
      },
    })
  })
  test('the level is required, and one of three', () => {
    // @ts-expect-error no level
    freshet.query({ queryKey: ['a'], url: '/a' })
    // @ts-expect-error no such level
    freshet.query({ queryKey: ['a'], url: '/a', level: 'highest' })
  })
  test('a query has a url or a query function, not both and not neither', () => {
    // @ts-expect-error both
    freshet.query({ queryKey: ['a'], level: 'low', url: '/a', queryFn: async () => 1 })
    // @ts-expect-error neither
    freshet.query({ queryKey: ['a'], level: 'low' })
  })
})

test('mutation: data and variables', () => {
  const pay = freshet.mutation<Summary, { id: string }>({ request: ({ id }) => ({ url: `/invoices/${id}/pay` }) })
  expectTypeOf(pay.mutationFn).parameter(0).toEqualTypeOf<{ id: string }>()
  expectTypeOf(pay.mutationFn).returns.resolves.toEqualTypeOf<Summary>()
  // @ts-expect-error a read is not a mutation
  freshet.mutation({ request: () => ({ url: '/a', method: 'GET' }) })
})

test('apply takes a response or an envelope', () => {
  expectTypeOf(freshet.apply).toBeCallableWith(new Response())
  expectTypeOf(freshet.apply).toBeCallableWith({ data: 1, status: 'completed', freshness_events: [] })
  // @ts-expect-error an arbitrary body is not an envelope
  freshet.apply({ id: 'inv_1' })
})

test('a report', () => {
  onInvalidation(freshet, (report) => {
    expectTypeOf(report).toEqualTypeOf<InvalidationReport>()
    expectTypeOf(report.events).toEqualTypeOf<readonly FreshnessEvent[]>()
  })
})

describe('generated declarations', () => {
  const summaryOf: DeclaredQuery<string, Summary, 'high'> = { name: 'account-summary', level: 'high', staleTime: 0, refetchOnWindowFocus: true, screens: ['desk'] }
  const members: DeclaredQuery<string, readonly string[], 'medium'> = { name: 'members', level: 'medium', staleTime: 1, refetchOnWindowFocus: true, screens: [] }
  const change1: DeclaredMutation<true> = { name: 'POST /plan', events: [], reaches: ['account-summary'], reachesHigh: true }
  const rename: DeclaredMutation<false> = { name: 'POST /name', events: [], reaches: ['members'], reachesHigh: false }
  const high = () => freshet.query(summaryOf, 'acc_1', { url: '/summary' })
  const medium = () => freshet.query(members, 'org_1', { url: '/members' })

  test('say the types of arguments, value and level', () => {
    expectTypeOf(high().queryKey).toExtend<readonly [string, string]>()
    expectTypeOf(queryClient.fetchQuery(high())).resolves.toEqualTypeOf<Summary>()
    expectTypeOf(medium().meta.freshet.level).toEqualTypeOf<'medium'>()
    // @ts-expect-error an account is named by a text
    freshet.query(summaryOf, 7, { url: '/summary' })
    // @ts-expect-error how to read it has to be said
    freshet.query(summaryOf, 'acc_1')
  })

  test('S21: nothing optimistic for a high query', () => {
    change(medium(), (before) => before)
    // @ts-expect-error a high query
    change(high(), (before) => before)
  })

  test('S21: nor for a medium one when the mutation reaches a high query too', () => {
    const request = () => ({ url: '/x' })
    freshet.mutation({ of: rename, request, optimistic: () => [change(medium(), (before) => before)] })
    // @ts-expect-error the plan change reaches a high query
    freshet.mutation({ of: change1, request, optimistic: () => [change(medium(), (before) => before)] })
  })
})
