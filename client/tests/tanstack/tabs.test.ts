import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sharedStream } from '../../src/index.ts'
import { quiet, tab } from '../support/bench.ts'
import { FakeBrowser } from '../support/fake-browser.ts'
import { envelope, FakeServer, of, read, wrote } from '../support/fake-server.ts'
import { FakeStream } from '../support/fake-stream.ts'

let browser: FakeBrowser

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  browser = new FakeBrowser()
  browser.enter()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** A tab of the browser, on one stream with all others. */
function tabOf(stream: FakeStream) {
  const server = new FakeServer()
  const t = { ...tab({ stream: sharedStream('/stream') }, server, stream.before(server.fetch)), leads: false, link: 'off' }
  t.freshet.observe({ stream: ({ leads, link }) => void Object.assign(t, { leads, link }) })
  t.freshet.start()
  return t
}

/** Two tabs that show /a, known valid at 5; the first has the connection. */
async function two() {
  const stream = new FakeStream()
  const one = tabOf(stream)
  await one.shown('/a', 'high', 'a', read(5, 5, 'a'))
  const connection = await stream.connected()
  connection.hello('5.E1')
  const other = tabOf(stream)
  await other.shown('/a', 'high', 'a', read(5, 5, 'a'))
  await quiet()
  return { stream, one, other, connection }
}

test('one connection for all tabs, and all of them follow', async () => {
  const { stream, one, other, connection } = await two()
  expect([one.leads, other.leads, one.link, other.link]).toEqual([true, false, 'open', 'open'])
  connection.freshness(6, ['a'])
  for (const t of [one, other]) {
    (await t.server.asked('/a')).answer('a2', read(6, 6, 'a'))
    await t.idle('/a')
    expect(t.data('/a')).toBe('a2')
  }
  expect(stream.log).toEqual(['5.E1'])
})

test('the mutation of one tab is followed by the other through the stream, and by itself once', async () => {
  const { one, other, connection } = await two()
  await other.mutate(envelope('paid'), wrote(6, 'a'))
  ;(await other.server.asked('/a')).answer('a2', read(6, 6, 'a'))
  connection.freshness(6, ['a'])
  ;(await one.server.asked('/a')).answer('a2', read(6, 6, 'a'))
  await quiet()
  expect([one.server.count('GET /a'), other.server.count('GET /a')]).toEqual([2, 2])
})

test('the tab that has the connection is closed: the next takes over where it was, and nothing is missed or doubled', async () => {
  const { stream, one, other, connection } = await two()
  connection.freshness(6, ['b'])
  await quiet()
  one.freshet.close()
  expect(connection.aborted()).toBe(true)
  const second = await stream.connected()
  expect(second.after).toBe('6.E1')
  second.hello('6.E1')
  second.freshness(7, ['a'])
  ;(await other.server.asked('/a')).answer('a2', read(7, 7, 'a'))
  await quiet()
  expect([other.leads, other.link, other.server.count('GET /a')]).toEqual([true, 'open', 2])
})

test('the tab that took over keeps the connection, for as long as it lives', async () => {
  const { stream, one, other } = await two()
  one.freshet.close()
  const second = await stream.connected()
  second.hello('5.E1')
  for (let beat = 0; beat < 10; beat++) {
    await vi.advanceTimersByTimeAsync(14_000)
    second.beat('5.E1')
    await quiet()
  }
  expect([stream.log, other.leads, second.aborted()]).toEqual([['5.E1', '5.E1'], true, false])
})

test('a tab takes over that heard less than another one: it starts at the earliest need', async () => {
  const { stream, one, other, connection } = await two()
  const third = tabOf(stream)
  await third.shown('/c', 'high', 'c', read(5, 5, 'c'))
  await quiet()
  one.freshet.close()
  const second = await stream.connected()
  second.hello('5.E1')
  second.freshness(6, ['c'])
  ;(await third.server.asked('/c')).answer('c2', read(6, 6, 'c'))
  await quiet()
  expect([other.leads, third.data('/c')]).toEqual([true, 'c2'])
  expect(connection.aborted()).toBe(true)
})

test('a tab that comes later, with an answer older than where the stream is: it is taken back for it', async () => {
  const { stream, other, connection } = await two()
  connection.freshness(6, ['b'])
  connection.freshness(7, ['c'])
  await quiet()
  const third = tabOf(stream)
  await third.shown('/c', 'high', 'c', read(6, 6, 'c'))
  const second = await stream.connected()
  expect(second.after).toBe('6.E1')
  second.hello('6.E1')
  second.freshness(7, ['c'])
  ;(await third.server.asked('/c')).answer('c2', read(7, 7, 'c'))
  await quiet()
  expect([third.data('/c'), other.server.count('GET /a')]).toEqual(['c2', 1])
})

test('a tab that has heard before it has read anything: an answer older than what it has heard takes the stream back', async () => {
  const { stream, connection } = await two()
  const third = tabOf(stream)
  connection.end()
  await vi.advanceTimersByTimeAsync(500)
  const second = await stream.connected()
  second.hello('5.E1') // the first that the third tab hears
  second.beat('7.E1')
  await quiet()
  await third.shown('/c', 'high', 'c', read(4, 4, 'c'))
  const back = await stream.connected()
  expect([back.after, second.aborted()]).toEqual(['4.E1', true])
  back.hello('4.E1')
  back.freshness(5, ['c'])
  ;(await third.server.asked('/c')).answer('c2', read(7, 7, 'c'))
  await third.idle('/c')
  expect(third.data('/c')).toBe('c2')
})

test('the tab that has the connection falls asleep: after four heartbeats without a word another one takes it over', async () => {
  const { stream, one, other, connection } = await two()
  connection.beat('8.E1')
  await vi.advanceTimersByTimeAsync(20_000)
  connection.beat('9.E1')
  await quiet()
  browser.fallAsleep(0)
  await vi.advanceTimersByTimeAsync(20_000)
  connection.beat('10.E1') // heard by nobody
  await vi.advanceTimersByTimeAsync(19_000)
  connection.beat('11.E1')
  expect([one.leads, other.leads]).toEqual([true, false])
  await vi.advanceTimersByTimeAsync(21_000)
  const second = await stream.connected()
  expect([second.after, one.leads, other.leads, connection.aborted()]).toEqual(['9.E1', false, true, true])
})

test('how long it may be silent goes by the heartbeats that the server announced', async () => {
  const stream = new FakeStream()
  const one = tabOf(stream)
  await one.shown('/a', 'high', 'a', read(5, 5, 'a'))
  const connection = await stream.connected()
  const other = tabOf(stream)
  connection.hello('5.E1', { heartbeatSeconds: 20 })
  await quiet()
  browser.fallAsleep(0)
  for (const seconds of [19, 19, 19, 19]) {
    await vi.advanceTimersByTimeAsync(1_000 * seconds)
    connection.beat('5.E1') // heard by nobody
    await quiet()
  }
  expect([one.leads, other.leads]).toEqual([true, false])
  await vi.advanceTimersByTimeAsync(4_000)
  expect([one.leads, other.leads]).toEqual([false, true])
})

test('a tab that has the connection goes by it alone: one that slept and believes to have it too says nothing to it', async () => {
  const { one } = await two()
  const sleeper = new BroadcastChannel('freshet /stream')
  sleeper.postMessage({ frame: undefined }) // its connection, which was cut long ago, is gone
  await quiet()
  expect(one.link).toBe('open')
  sleeper.close()
})

test('a tab that stops leaves the line, and lets go of what it is given too late', async () => {
  const { stream, one, other, connection } = await two()
  expect(browser.waitingFor('freshet /stream')).toBe(1)
  other.freshet.stop()
  expect(browser.waitingFor('freshet /stream')).toBe(0)
  other.freshet.start()
  await quiet()
  browser.fallAsleep(0)
  vi.advanceTimersByTime(60_000) // it takes the connection, and is gone before it has it
  other.freshet.stop()
  await quiet()
  expect([other.leads, one.leads, connection.aborted()]).toEqual([false, true, true])
  expect(stream.log).toEqual(['5.E1', '5.E1'])
})

test('a tab that slept and lost the connection stands in line again', async () => {
  const { stream, one, other, connection } = await two()
  browser.fallAsleep(0)
  await vi.advanceTimersByTimeAsync(30_000)
  connection.beat('5.E1')
  await quiet()
  await vi.advanceTimersByTimeAsync(30_000)
  const second = await stream.connected()
  expect([one.leads, other.leads]).toEqual([false, true])
  other.freshet.close()
  const third = await stream.connected()
  expect([second.aborted(), third.after, one.leads]).toEqual([true, '5.E1', true])
})

test('what a tab needs and nobody heard is asked for again by the one that takes the connection over', async () => {
  const { stream, one } = await two()
  browser.fallAsleep(0)
  const third = tabOf(stream)
  await third.shown('/c', 'high', 'c', read(3, 3, 'c')) // says so to a sleeping tab
  one.freshet.close()
  await stream.connected()
  await quiet()
  expect((await stream.connected()).after).toBe('3.E1') // no time has passed
})

test('what a tab needs while the one with the connection sleeps is asked for again by the one that takes it over', async () => {
  const { stream, other, connection } = await two()
  browser.fallAsleep(0)
  const third = tabOf(stream)
  await third.shown('/c', 'high', 'c', read(3, 3, 'c')) // says so to a sleeping tab
  await vi.advanceTimersByTimeAsync(30_000)
  connection.beat('5.E1')
  await quiet()
  await vi.advanceTimersByTimeAsync(30_000)
  const taken = await stream.connected()
  const second = await stream.connected()
  expect([taken.aborted(), second.after, other.leads || third.leads]).toEqual([true, '3.E1', true])
  second.hello('3.E1')
  second.freshness(4, ['c'])
  await third.server.asked('/c')
})

test('a tab that comes with answers of an epoch that is over is told which one there is', async () => {
  const { stream, connection } = await two()
  connection.beat('5.E1')
  await quiet()
  const third = tabOf(stream)
  third.show(third.query('/c'))
  ;(await third.server.asked('/c')).answer('c, long ago', of('E0', read(99, 99, 'c')))
  ;(await third.server.asked('/c')).answer('c', read(5, 5, 'c')) // told while its read was on its way: read again in the same fetch
  await third.idle('/c')
  expect([third.data('/c'), stream.log]).toEqual(['c', ['5.E1']])
})

test('where a lock is refused each tab has a stream of its own', async () => {
  const request = vi.fn(() => Promise.reject(new DOMException('no origin', 'SecurityError')))
  vi.stubGlobal('navigator', { locks: { request } })
  const stream = new FakeStream()
  const tabs = [tabOf(stream), tabOf(stream)]
  for (const t of tabs) {
    await t.shown('/a', 'high', 'a', read(5, 5, 'a'))
    ;(await stream.connected()).hello('5.E1')
  }
  await quiet()
  expect([tabs.map(({ leads, link }) => `${leads} ${link}`), stream.log, request.mock.calls.length]).toEqual([['true open', 'true open'], ['5.E1', '5.E1'], 2])
})

test('a page that is left lets go of connection and lock, and hears again when it comes back', async () => {
  const listeners = new EventTarget()
  vi.stubGlobal('addEventListener', listeners.addEventListener.bind(listeners))
  const { stream, one, connection } = await two()
  listeners.dispatchEvent(new Event('pagehide'))
  await quiet()
  expect([connection.aborted(), one.leads, one.link]).toEqual([true, false, 'off'])
  listeners.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  const second = await stream.connected()
  expect(second.after).toBe('5.E1')
})

test('offline there is no trying; online it is tried at once', async () => {
  const listeners = new EventTarget()
  vi.stubGlobal('addEventListener', listeners.addEventListener.bind(listeners))
  const { stream, one, other, connection } = await two()
  listeners.dispatchEvent(new Event('offline'))
  expect([connection.aborted(), one.leads, one.link, other.link]).toEqual([true, true, 'connecting', 'connecting'])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(stream.log.length).toBe(1)
  listeners.dispatchEvent(new Event('online'))
  const second = await stream.connected()
  expect(second.after).toBe('5.E1')
  second.hello('5.E1')
  await quiet()
  expect([one.link, other.link]).toEqual(['open', 'open'])
})
