import { describe, expect, test } from 'vitest'
import type { Answer, Stamp } from '../../src/core/answer.ts'
import { createClient, maximumLeft, type FreshnessClient } from '../../src/core/client.ts'

const answer = (sent: Stamp, at: number, epoch: string | undefined = 'A', tags = ['a']): Answer => ({
  stamp: sent, epoch, tags, satisfied: true, interval: { loadedAt: at, validAt: at },
})
const unnamed = (sent: Stamp): Answer => ({ stamp: sent, tags: ['*'], satisfied: true })
/** The token that a client sent last. */
const sentTokens = new WeakMap<FreshnessClient, string | null>()
function fresh() {
  const client: FreshnessClient = createClient((_, init) => {
    sentTokens.set(client, new Headers(init?.headers).get('Freshness-Token'))
    return Promise.resolve(new Response())
  })
  return client
}
const epochOf = (client: FreshnessClient) => client.begin().epoch
async function tokenOf(client: FreshnessClient) {
  await client.fetch('/')
  return sentTokens.get(client)
}
const wrote = (client: FreshnessClient, position: number, epoch = 'A', sent: Stamp | undefined = client.begin(true)) =>
  client.learn({}, { epoch, position, tags: ['a'], token: `${epoch}${position}`, sent })
/** A client that knows epoch A, and wrote in it at 3. */
function inA(client = fresh()) {
  wrote(client, 3)
  return client
}
/** The same after it met epoch B, and what it knew just before. */
function inB() {
  const client = inA()
  const early = client.begin(true)
  client.adopt(answer(early, 1, 'B'))
  return { client, early }
}

describe('the token', () => {
  test('of overtaking mutations: the higher position is kept', async () => {
    const client = fresh()
    for (const position of [7, 6]) wrote(client, position)
    expect(await tokenOf(client)).toBe('A7')
  })
  test('with unknown positions: the last to arrive is kept', async () => {
    const client = fresh()
    for (const token of ['first', 'second']) client.learn({}, { tags: [], token })
    expect(await tokenOf(client)).toBe('second')
  })
  test('goes with its epoch', async () => expect(await tokenOf(inB().client)).toBeNull())
  test('of a new epoch replaces that of the old, though its position is lower', async () => {
    const client = inA()
    wrote(client, 1, 'B')
    expect(await tokenOf(client)).toBe('B1')
  })
  test('of an epoch that was left is not taken', async () => {
    const { client, early } = inB()
    wrote(client, 9, 'A', early)
    expect(await tokenOf(client)).toBeNull()
    wrote(client, 2, 'B')
    wrote(client, 9, 'A', early)
    expect(await tokenOf(client)).toBe('B2')
  })
  test('of an epoch nobody knows is taken where it replaces no other', async () => {
    const { client, early } = inB()
    wrote(client, 9, 'C', early)
    expect(await tokenOf(client)).toBe('C9')
    const other = inB()
    wrote(other.client, 2, 'B')
    wrote(other.client, 9, 'C', other.early)
    expect(await tokenOf(other.client)).toBe('B2')
  })
})

describe('another epoch', () => {
  test('read in answer to a request that knew the last one is adopted; what was read before is outdated', () => {
    const { client, early } = inB()
    expect(epochOf(client)).toBe('B')
    expect(client.isOutdated(answer(early, 99, 'A'))).toBe(true)
    expect(client.isOutdated(unnamed(early))).toBe(true)
    expect(client.isOutdated(answer(early, 0, 'B'))).toBe(false)
    expect(client.isOutdated(unnamed(client.begin(true)))).toBe(false)
  })

  test('told by a mutation is adopted, and its own invalidation counts in it', () => {
    const client = inA()
    const early = client.begin(true)
    wrote(client, 11, 'B')
    expect(epochOf(client)).toBe('B')
    expect(client.isOutdated(answer(early, 10, 'B'))).toBe(true)
    expect(client.isOutdated(answer(early, 11, 'B'))).toBe(false)
    expect(client.isOutdated(answer(early, 10, 'B', ['b']))).toBe(false)
  })

  test('in an answer sent before the known one was known is not adopted: nobody knows which is older', () => {
    const { client, early } = inB()
    client.adopt(answer(early, 99, 'C'))
    expect(epochOf(client)).toBe('B')
    expect(client.isOutdated(answer(early, 99, 'C'))).toBe(true)
  })

  test('in an answer sent before any was known is not adopted in place of the first', () => {
    const client = fresh()
    const early = client.begin(true)
    client.adopt(answer(early, 1, 'B'))
    client.adopt(answer(early, 99, 'A'))
    expect(epochOf(client)).toBe('B')
  })

  test('that an HTTP cache may have answered with is not adopted, and the next request has caches confirm', async () => {
    const asked: (RequestCache | undefined)[] = []
    const client = createClient((_, init) => {
      asked.push(init?.cache)
      return Promise.resolve(new Response(null, { headers: { 'Freshness-Epoch': asked.length === 1 ? 'A' : 'B' } }))
    })
    for (const epoch of ['A', 'A', 'B']) {
      await client.fetch('/')
      expect(epochOf(client)).toBe(epoch)
    }
    expect(asked).toEqual([undefined, undefined, 'no-cache'])
  })

  test('once left is never adopted again, whoever names it', () => {
    const { client } = inB()
    client.adopt(answer(client.begin(true), 99, 'A'))
    expect(epochOf(client)).toBe('B')
    wrote(client, 99, 'A')
    expect(epochOf(client)).toBe('B')
  })

  test('of a mutation that cannot be placed: any tag may have been invalidated', () => {
    for (const [epoch, isAsked] of [['A', true], ['C', true], ['C', false]] as const) {
      const { client, early } = inB()
      const before = client.begin(true)
      client.learn({}, { epoch, position: 9, tags: ['a'], sent: isAsked ? (epoch === 'A' ? before : early) : undefined })
      expect(epochOf(client)).toBe('B')
      expect(client.isOutdated(answer(before, 50, 'B', ['b']))).toBe(true)
      expect(client.isOutdated(answer(client.begin(true), 1, 'B', ['b']))).toBe(false)
    }
  })

  test('does not make an uncertain mutation forgotten, which may have happened in it', () => {
    const client = inA()
    const early = client.begin(true)
    client.learn({})
    const later = client.begin(true)
    client.adopt(answer(later, 2, 'B'))
    expect(client.isOutdated(answer(early, 1, 'B'))).toBe(true)
    expect(client.isOutdated(answer(later, 2, 'B'))).toBe(false)
  })

  test('does make marks forgotten whose positions and hashes were of the last one', () => {
    expect(inB().client.isOutdated(answer(fresh().begin(true), 0, 'B'))).toBe(false)
  })

  test('a hundred that were left are remembered, the last ones', () => {
    const client = inA()
    for (let restart = 0; restart <= maximumLeft; restart++) client.adopt(answer(client.begin(true), 1, `E${restart}`))
    expect(client.left.length).toBe(maximumLeft)
    expect(client.left.at(-1)).toBe(`E${maximumLeft - 1}`)
  })
})

test('the first epoch is adopted without outdating anything', () => {
  const client = fresh()
  const sent = client.begin()
  client.adopt(answer(sent, 5))
  expect(epochOf(client)).toBe('A')
  expect(client.isOutdated(unnamed(sent))).toBe(false)
  expect(client.isOutdated(answer(sent, 3))).toBe(false)
})

test('within an epoch a lower position is no reset', () => {
  const client = fresh()
  const sent = client.begin(true)
  wrote(client, 7)
  for (const position of [9, 5]) client.adopt(answer(sent, position))
  expect([epochOf(client), client.left]).toEqual(['A', []])
  wrote(client, 6, 'A', sent)
  expect(client.left).toEqual([])
})

test('a mutation that was not sent through the client is judged by its position if it names the epoch', () => {
  const client = inA()
  const before = client.begin(true)
  client.learn({}, { epoch: 'A', position: 4, tags: ['a'] })
  expect(client.isOutdated(answer(before, 3))).toBe(true)
  expect(client.isOutdated(answer(before, 4))).toBe(false)
})

test('a mutation that names no epoch is judged by the order of requests, and reaches any tag', () => {
  const client = inA()
  const before = client.begin(true)
  client.learn({}, { position: 4, tags: ['a'] })
  expect(client.isOutdated(answer(before, 50, 'A', ['b']))).toBe(true)
  expect(client.isOutdated(answer(client.begin(true), 1, 'A', ['b']))).toBe(false)
})

describe('where there is no position', () => {
  test('an answer is judged by when it was requested', () => {
    const client = inA()
    const early = client.begin(true)
    wrote(client, 8)
    expect(client.isOutdated(unnamed(early))).toBe(true)
    expect(client.isOutdated(unnamed(client.begin(true)))).toBe(false)
  })

  test('an answer requested after an invalidation, but loaded before it (a cache in between), is outdated if it says so', () => {
    const client = inA()
    wrote(client, 8)
    expect(client.isOutdated(answer(client.begin(true), 7))).toBe(true)
    expect(client.isOutdated(answer(client.begin(true), 7, 'A', ['*']))).toBe(true)
  })

  test('an invalidation outdates what was requested before it, wherever it was loaded and whatever its tags', () => {
    const client = inA()
    const early = client.begin(true)
    expect(client.learn({}, { epoch: 'A', tags: ['a'] })).toMatchObject({ tags: ['*'], reset: false })
    expect(client.isOutdated(answer(early, 99, 'A', ['b']))).toBe(true)
    expect(client.isOutdated(answer(client.begin(true), 99))).toBe(false)
  })

  test('an invalidation does not weaken an earlier one that has a position, nor the other way', () => {
    const client = inA()
    wrote(client, 8)
    const between = client.begin(true)
    client.learn({})
    expect(client.isOutdated(answer(client.begin(true), 7))).toBe(true)
    wrote(client, 9)
    expect(client.isOutdated(answer(between, 9))).toBe(true)
    expect(client.isOutdated(answer(client.begin(true), 9))).toBe(false)
  })
})

describe('what is told', () => {
  test('is told once, whoever tells it again, as far as it is known already', () => {
    const client = inA()
    const told: unknown[] = []
    client.onInvalidation = ({ id, tags, position }) => void told.push([id, tags, position])
    client.learn({}, { epoch: 'A', position: 5, tags: ['a'] })
    client.learn({}, { epoch: 'A', position: 5, tags: ['a'] })
    client.learn({}, { epoch: 'A', position: 4, tags: ['a'] })
    client.learn({}, { epoch: 'A', position: 5, tags: ['a', 'b'] })
    expect(told).toEqual([[2, ['a'], 5], [3, ['a', 'b'], 5]])
  })

  test('of what cannot be compared is any tag, without a position', () => {
    const client = inA()
    expect(client.learn({}, { position: 5, tags: ['a'] })).toMatchObject({ tags: ['*'], reset: false })
    expect(client.learn({}, { epoch: 'B', tags: [], sent: client.begin(true) })).toMatchObject({ tags: ['*'], cause: 'reset', reset: true })
    expect(client.learn({}, { epoch: 'C', position: 1, tags: [], sent: client.begin(true) })).toMatchObject({ tags: ['*'], reset: true })
  })
})
