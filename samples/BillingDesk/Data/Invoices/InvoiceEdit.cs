namespace BillingDesk.Data;

/// <summary>The new content of an invoice; replaces memo and lines as a whole.</summary>
/// <param name="Memo">A note to the customer, at most 500 characters; may be empty.</param>
/// <param name="Lines">1 to 50 lines, in the order to print them.</param>
public sealed record InvoiceEdit(string Memo, IReadOnlyList<InvoiceLineEdit> Lines)
{
    /// <summary>The sum of the lines, in cents.</summary>
    internal long AmountCents => Lines.Sum(line => line.Quantity * line.UnitCents);

    /// <summary>What is wrong with this edit, by field, ready for a validation problem; empty if nothing is.</summary>
    /// <remarks>The database checks the same limits and rolls back, for whoever does not ask here first.</remarks>
    public IReadOnlyDictionary<string, string[]> Validate()
    {
        var problems = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (Memo is null || Memo.Length > 500) problems["memo"] = ["Use at most 500 characters; an empty memo is \"\"."];
        if (Lines is null || Lines.Count is 0 or > 50)
        {
            problems["lines"] = ["Send 1 to 50 lines."];
            return problems;
        }
        for (var index = 0; index < Lines.Count; index++) AddLineProblems(problems, index, Lines[index]);
        return problems;
    }

    private static void AddLineProblems(Dictionary<string, string[]> problems, int index, InvoiceLineEdit? line)
    {
        var field = $"lines[{index}]";
        if (line is null)
        {
            problems[field] = ["Send an object with text, quantity and unitCents."];
            return;
        }
        if (string.IsNullOrWhiteSpace(line.Text) || line.Text.Length > 200) problems[$"{field}.text"] = ["Use 1 to 200 characters."];
        if (line.Quantity is < 1 or > 10_000) problems[$"{field}.quantity"] = ["Use a whole number from 1 to 10000."];
        if (line.UnitCents is < 0 or > 100_000_000) problems[$"{field}.unitCents"] = ["Use whole cents from 0 to 100000000."];
    }
}

/// <summary>A line of an <see cref="InvoiceEdit"/>.</summary>
/// <param name="Text">What was sold, 1 to 200 characters.</param>
/// <param name="Quantity">How many, 1 to 10,000.</param>
/// <param name="UnitCents">The price of one in cents, 0 to 100,000,000.</param>
public sealed record InvoiceLineEdit(string Text, long Quantity, long UnitCents);
