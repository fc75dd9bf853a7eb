import type { Invoice } from '../api/types.ts'
import { inView } from '../parts/inView.ts'
import { moment, money } from '../parts/format.ts'

interface Props { mine: Invoice; theirs: Invoice; onTakeTheirs: () => void; onKeepMine: () => void }

/** Somebody else saved first. Nothing is lost: the person decides what to do with their edit. */
export function InvoiceConflict({ mine, theirs, onTakeTheirs, onKeepMine }: Props) {
  return (
    <div className="conflict" role="alert" ref={inView}>
      <p>
        <strong>This invoice was changed meanwhile.</strong> You began with version {mine.version}; it is now
        version {theirs.version} ({money(theirs.amountCents, theirs.currency)}, saved {moment(theirs.updatedAt)}). Your edit was not saved, and is still here.
      </p>
      <div className="actions">
        <button type="button" onClick={onKeepMine}>Keep my edit, on top of version {theirs.version}</button>
        <button type="button" onClick={onTakeTheirs}>Start again from version {theirs.version}</button>
      </div>
    </div>
  )
}
