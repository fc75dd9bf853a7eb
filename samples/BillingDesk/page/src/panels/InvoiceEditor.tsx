import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { editInvoice } from '../api/billing.ts'
import type { Invoice } from '../api/types.ts'
import { Problem } from '../parts/Problem.tsx'
import { conflictIn, draftOf, editOf, type DraftLine } from './draft.ts'
import { InvoiceConflict } from './InvoiceConflict.tsx'

/**
 * Edits the invoice as it was when editing began, and says so when saving (If-Match). The panel behind may show newer
 * data meanwhile; the form does not, or a person would overwrite what they never saw.
 */
export function InvoiceEditor({ begun, onDone }: { begun: Invoice; onDone: () => void }) {
  const [base, setBase] = useState(begun)
  const [draft, setDraft] = useState(() => draftOf(begun))
  const save = useMutation({ ...editInvoice(), onSuccess: onDone })
  const edit = editOf(draft)
  const conflict = conflictIn(save.error)

  const change = (key: string, field: Partial<DraftLine>) =>
    setDraft({ ...draft, lines: draft.lines.map((line) => (line.key === key ? { ...line, ...field } : line)) })

  function submit(event: FormEvent) {
    event.preventDefault()
    if (edit) save.mutate({ invoiceId: base.id, version: base.version, edit })
  }

  function rebase(theirs: Invoice, keepMine: boolean) {
    setBase(theirs)
    if (!keepMine) setDraft(draftOf(theirs))
    save.reset()
  }

  return (
    <form className="editor" onSubmit={submit}>
      <label>
        <span>Memo</span>
        <input value={draft.memo} onChange={(event) => setDraft({ ...draft, memo: event.target.value })} />
      </label>
      {draft.lines.map((line, index) => (
        <fieldset key={line.key}>
          <legend>Line {index + 1}</legend>
          <label className="wide"><span>Text</span><input required value={line.text} onChange={(event) => change(line.key, { text: event.target.value })} /></label>
          <label><span>Quantity</span><input inputMode="numeric" value={line.quantity} onChange={(event) => change(line.key, { quantity: event.target.value })} /></label>
          <label><span>Each</span><input inputMode="decimal" value={line.unit} onChange={(event) => change(line.key, { unit: event.target.value })} /></label>
        </fieldset>
      ))}
      {conflict
        ? <InvoiceConflict mine={base} theirs={conflict} onTakeTheirs={() => rebase(conflict, false)} onKeepMine={() => rebase(conflict, true)} />
        : save.error && <Problem error={save.error} />}
      {!edit && <p className="note" role="status">Every line needs a text, a whole quantity, and an amount such as 12.50.</p>}
      <div className="actions">
        <button type="submit" className="primary" disabled={!edit || save.isPending || conflict !== undefined}>Save as version {base.version + 1}</button>
        <button type="button" onClick={onDone}>Discard</button>
      </div>
    </form>
  )
}
