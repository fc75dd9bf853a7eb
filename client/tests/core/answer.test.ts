import { describe, expect, test } from 'vitest'
import { answerFrom, combine } from '../../src/core/answer.ts'
import { createClient } from '../../src/core/client.ts'
import { of, read } from '../support/fake-server.ts'

const client = createClient(() => Promise.reject(new Error('nothing is asked for')))
const sent = client.begin(true)
const from = (headers: Record<string, string>) => answerFrom(new Headers(headers), sent)
client.adopt(from(of('A', {})))

describe('an answer', () => {
  test('says epoch, interval and tags', () => {
    expect(from(of('A', read(1, 2, 'a', 'b')))).toEqual({
      stamp: sent, epoch: 'A', interval: { loadedAt: 1, validAt: 2 }, tags: ['a', 'b'], satisfied: true,
    })
  })
  test.each([undefined, ''])('with the epoch %j has neither interval nor tags that mean anything', (epoch) => {
    const headers = of(undefined, read(1, 2, 'a'))
    expect(from(epoch === undefined ? headers : of(epoch, headers))).toEqual({ stamp: sent, tags: ['*'], satisfied: true })
  })
})

describe('data made of several answers', () => {
  test('of one epoch is of that epoch', () => {
    expect(combine([from(of('A', read(1, 2, 'a'))), from(of('A', read(3, 4, 'b')))], sent).epoch).toBe('A')
  })
  test('is valid where all of them are', () => {
    expect(combine([from(of('A', read(1, 9, 'a'))), from(of('A', read(3, 4, 'b')))], sent).interval).toEqual({ loadedAt: 3, validAt: 4 })
  })
  test('that do not agree is valid nowhere', () => {
    expect(combine([from(of('A', read(1, 2, 'a'))), from(of('A', read(3, 4, 'b')))], sent).interval).toEqual({ loadedAt: 3, validAt: 2 })
  })
  test('of two epochs is outdated, whichever is known', () => {
    const both = combine([from(of('A', read(1, 2, 'a'))), from(of('B', read(1, 2, 'a')))], sent)
    const reversed = combine([from(of('B', read(1, 2, 'a'))), from(of('A', read(1, 2, 'a')))], sent)
    expect([client.isOutdated(both), client.isOutdated(reversed)]).toEqual([true, true])
  })
  test('some of which name no epoch goes by the others, and by the order of requests', () => {
    const parts = combine([from(of('A', read(1, 2, 'a'))), from({})], sent)
    expect(parts).toMatchObject({ epoch: 'A', tags: ['a', '*'] })
    expect(parts.interval).toBeUndefined()
    expect(client.isOutdated(parts)).toBe(false)
    expect(client.isOutdated(combine([from(of('B', read(1, 2, 'a'))), from({})], sent))).toBe(true)
  })
})
