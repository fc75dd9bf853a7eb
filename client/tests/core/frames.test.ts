import { expect, test } from 'vitest'
import { frameReader, type Frame } from '../../src/core/frames.ts'

function framesIn(...pieces: string[]): Frame[] {
  const frames: Frame[] = []
  const read = frameReader((frame) => frames.push(frame))
  for (const piece of pieces) read(piece)
  return frames
}

const text = 'id: 1.E\nevent: hello\ndata: {"a":1}\n\n: a comment\nid: 2.E\n\nevent: freshness\ndata: [1,\ndata:2]\nid: 3.E\nretry: 5\nwhat\n\nevent: freshness\ndata: no JSON\nid: 4.E\n\n'
const frames: Frame[] = [
  { event: 'hello', at: { position: 1, epoch: 'E' }, data: { a: 1 } },
  { event: '', at: { position: 2, epoch: 'E' }, data: {} },
  { event: 'freshness', at: { position: 3, epoch: 'E' }, data: [1, 2] },
  { event: 'freshness', at: { position: 4, epoch: 'E' }, data: 'no JSON' },
]

test('frames are the same wherever the text is cut', () => {
  for (let cut = 0; cut <= text.length; cut++) expect(framesIn(text.slice(0, cut), text.slice(cut))).toEqual(frames)
  expect(framesIn(...text)).toEqual(frames)
})

test('lines may end with carriage return and line feed', () => expect(framesIn(text.replaceAll('\n', '\r\n'))).toEqual(frames))

test('a frame that is cut off by the end is none', () => expect(framesIn('id: 1.E\nevent: hello\ndata: {')).toEqual([]))

test('a comment alone is no frame', () => expect(framesIn(':\n\n', ':\n\n')).toEqual([]))

test('a line that does not end is given up', () => {
  const read = frameReader(() => {})
  expect(() => { for (let i = 0; i < 3; i++) read('x'.repeat(500_000)) }).toThrow(RangeError)
})

test.each([
  ['17.kX3_a-c', { position: 17, epoch: 'kX3_a-c' }],
  ['17', undefined], ['17.', undefined], ['x.e', undefined], ['', undefined], ['-1.e', undefined],
])('the place of %j', (id, point) => expect(framesIn(`id: ${id}\nevent: hello\n\n`)[0]?.at).toEqual(point))
