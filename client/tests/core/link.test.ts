import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLink } from '../../src/core/link.ts'
import type { Point } from '../../src/core/wire.ts'
import { FakeStream } from '../support/fake-stream.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const at = (position: number): Point => ({ position, epoch: 'E1' })
const text = ({ position, epoch }: Point) => `${position}.${epoch}`

function linked(onFrame: (event: string, link: ReturnType<typeof createLink>) => void = () => {}) {
  const stream = new FakeStream()
  const seen: string[] = []
  const link: ReturnType<typeof createLink> = createLink(stream.before(() => Promise.reject(new Error('nothing else is asked for'))), '/stream', (frame) => {
    if (!frame) return seen.push('closed')
    seen.push(`${frame.event || 'beat'} ${text(frame.at!)} after ${text(frame.after)}`)
    onFrame(frame.event, link)
  }, (code, detail) => seen.push(detail === undefined ? code : `${code} ${detail}`))
  return { stream, seen, link }
}

/** Lets what is ready run; no time passes. */
const settle = () => vi.advanceTimersByTimeAsync(0)

test('it asks after the last id, and passes frames on', async () => {
  const { stream, seen, link } = linked()
  link.start(at(3))
  const connection = await stream.connected()
  expect(connection.after).toBe('3.E1')
  connection.hello('3.E1')
  connection.freshness(4, ['a'])
  connection.beat('9.E1')
  await settle()
  expect(seen).toEqual(['hello 3.E1 after 3.E1', 'freshness 4.E1 after 3.E1', 'beat 9.E1 after 3.E1'])
  expect(link.at).toEqual(at(9))
})

test('ended by the server or broken, it comes back after the last id', async () => {
  const { stream, seen, link } = linked()
  link.start(at(3))
  const first = await stream.connected()
  first.hello('3.E1')
  first.freshness(4, ['a'])
  await settle()
  first.end()
  await vi.advanceTimersByTimeAsync(500) // half a second: the first pause, at random a half of it
  const second = await stream.connected()
  expect(second.after).toBe('4.E1')
  second.hello('4.E1')
  await settle()
  second.fail()
  await vi.advanceTimersByTimeAsync(500)
  await stream.connected()
  expect(stream.log).toEqual(['3.E1', '4.E1', '4.E1'])
  expect(seen.filter((line) => line.startsWith('stream'))).toEqual(['stream-lost TypeError: connection lost'])
})

test('the pauses double up to a cap, at random from nothing, and begin anew after hello', async () => {
  const { stream, link } = linked()
  stream.refuse = { status: 500 }
  link.start(at(0))
  await settle()
  for (const [pause, count] of [[500, 2], [1_000, 3], [2_000, 4], [4_000, 5], [8_000, 6], [15_000, 7], [15_000, 8]] as const) {
    await vi.advanceTimersByTimeAsync(pause - 1)
    expect(stream.log.length).toBe(count - 1)
    await vi.advanceTimersByTimeAsync(1)
    expect(stream.log.length).toBe(count)
  }
  stream.refuse = undefined
  await vi.advanceTimersByTimeAsync(15_000)
  const connection = await stream.connected()
  connection.hello('0.E1')
  await settle()
  connection.end()
  await vi.advanceTimersByTimeAsync(500)
  expect(stream.log.length).toBe(10)
})

describe('refused', () => {
  test('it waits as long as the server says, and longer at random: all were told the same', async () => {
    const { stream, seen, link } = linked()
    stream.refuse = { status: 429, headers: { 'retry-after': '30' } }
    link.start(at(0))
    await vi.advanceTimersByTimeAsync(44_999)
    expect(stream.log.length).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(stream.log.length).toBe(2)
    expect(seen).toContain('stream-refused 429')
  })

  test.each([401, 403])('with %d it waits for somebody to do something', async (status) => {
    const { stream, seen, link } = linked()
    link.start(at(0))
    const connection = await stream.connected()
    connection.hello('0.E1')
    await settle()
    stream.refuse = { status } // signed out meanwhile
    connection.end()
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(stream.log.length).toBe(2)
    expect(seen.at(-2)).toBe(`stream-refused ${status}`)
    stream.refuse = undefined
    link.wake()
    await stream.connected()
  })
})

describe('silent', () => {
  test('a connection that never says hello is given up: something on the way buffers', async () => {
    const { stream, seen, link } = linked()
    link.start(at(0))
    const connection = await stream.connected()
    await vi.advanceTimersByTimeAsync(15_000)
    expect(connection.aborted()).toBe(true)
    expect(seen).toContain('stream-silent')
    await vi.advanceTimersByTimeAsync(500)
    expect(stream.log.length).toBe(2)
  })

  test('one without a heartbeat for two and a half of them is dead', async () => {
    const { stream, seen, link } = linked()
    link.start(at(0))
    const connection = await stream.connected()
    connection.hello('0.E1', { heartbeatSeconds: 10 })
    await vi.advanceTimersByTimeAsync(24_999)
    connection.beat('1.E1')
    await vi.advanceTimersByTimeAsync(24_999)
    expect(connection.aborted()).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(connection.aborted()).toBe(true)
    expect(seen).toContain('stream-silent')
    await vi.advanceTimersByTimeAsync(500)
    expect((await stream.connected()).after).toBe('1.E1')
  })
})

test('taken up elsewhere it asks at once, without a word, and hears nothing more from before', async () => {
  const { stream, seen, link } = linked()
  link.start(at(5))
  const first = await stream.connected()
  first.hello('5.E1')
  await settle()
  link.start(at(2))
  await settle()
  const second = await stream.connected()
  expect(second.after).toBe('2.E1')
  expect(first.aborted()).toBe(true)
  expect(seen).toEqual(['hello 5.E1 after 5.E1'])
})

test('nor what came in the same piece, once it is taken up elsewhere', async () => {
  const { stream, seen, link } = linked((event, link) => event === 'first' && link.start(at(2)))
  link.start(at(5))
  ;(await stream.connected()).raw('id: 6.E1\nevent: first\ndata: {}\n\nid: 7.E1\nevent: second\ndata: {}\n\n')
  await settle()
  expect((await stream.connected()).after).toBe('2.E1')
  expect(seen).not.toContain('second 7.E1 after 5.E1')
})

test('stopped it asks no more', async () => {
  const { stream, link } = linked()
  link.start(at(0))
  const connection = await stream.connected()
  link.stop()
  expect(connection.aborted()).toBe(true)
  await vi.advanceTimersByTimeAsync(600_000)
  expect(stream.log.length).toBe(1)
  link.start(at(7))
  expect((await stream.connected()).after).toBe('7.E1')
})
