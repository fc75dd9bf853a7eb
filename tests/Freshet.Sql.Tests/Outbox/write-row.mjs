// Runs SQL on PostgreSQL with Node's own modules alone: start-up, trusted log-in, one simple query, the end.
// node write-row.mjs postgresql://user@host:port/database SQL
import { connect } from 'node:net'

const [, , address, sql] = process.argv
const { username, hostname, port, pathname } = new URL(address)

function message(type, text) {
  const body = Buffer.from(text)
  const head = Buffer.alloc(type.length + 4)
  head.write(type)
  head.writeInt32BE(body.length + 4, type.length)
  return Buffer.concat([head, body])
}

const version = Buffer.alloc(4)
version.writeInt32BE(196608) // 3.0
const socket = connect(Number(port), hostname, () => socket.write(message('', version.toString('latin1') + `user\0${username}\0database\0${pathname.slice(1)}\0\0`)))

let received = Buffer.alloc(0)
let asked = false
socket.on('data', (data) => {
  received = Buffer.concat([received, data])
  while (received.length >= 5 && received.length > received.readInt32BE(1)) {
    const type = String.fromCharCode(received[0])
    const length = received.readInt32BE(1) + 1
    const body = received.subarray(5, length)
    received = received.subarray(length)
    if (type === 'E') {
      console.error(body.toString().replaceAll('\0', ' '))
      process.exit(1)
    }
    if (type !== 'Z') continue // not yet ready for a query
    if (asked) socket.end(message('X', ''))
    else socket.write(message('Q', sql + '\0'))
    asked = true
  }
})
