import { expect, test } from 'vitest'
import { frameReader, parsePoint, type Frame } from '../../src/core/frames.ts'

function framesIn(...pieces: string[]): Frame[] {
  const frames: Frame[] = []
  const read = frameReader((frame) => frames.push(frame))
  for (const piece of pieces) read(piece)
  return frames
}

const text = 'id: 1.E\nevent: hello\ndata: {"a":1}\n\n: a comment\nid: 2.E\n\nevent: freshness\ndata: one\ndata:two\nid: 3.E\nretry: 5\nwhat\n\n'
const frames: Frame[] = [
  { event: 'hello', id: '1.E', data: '{"a":1}' },
  { event: '', id: '2.E', data: '' },
  { event: 'freshness', id: '3.E', data: 'one\ntwo' },
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
])('the point of %j', (id, point) => expect(parsePoint(id)).toEqual(point))
