namespace Freshet;

/// <summary>An operator asked for something that is not there, or in a form that cannot be read. Nothing was changed.</summary>
/// <param name="code">Its short stable code.</param>
/// <param name="message">What is wrong, ending with what is expected.</param>
internal sealed class OperatorInputException(string code, string message) : FreshetException(message)
{
    /// <inheritdoc/>
    public override string Code => code;

    /// <inheritdoc/>
    public override bool IsCallerFault => true;

    public static OperatorInputException UnknownQuery(string name, IEnumerable<string> known) =>
        Unknown("unknown-query", "cached query", name, known);

    public static OperatorInputException UnknownTagKind(string name, IEnumerable<string> known) =>
        Unknown("unknown-tag-kind", "kind of tag", name, known);

    public static OperatorInputException Arguments(string query, string expected) =>
        new("invalid-arguments", $"'{query}' did not get arguments it could have. {expected}");

    public static OperatorInputException Tag(string kind, string expected) =>
        new("invalid-tag", $"This is no tag of the kind '{kind}'. {expected}");

    private static OperatorInputException Unknown(string code, string what, string name, IEnumerable<string> known) =>
        new(code, $"There is no {what} '{Shown(name)}'. Known: {string.Join(", ", known.Order(StringComparer.Ordinal))}.");

    // It may be anything, and goes into an answer and a log line: what no declaration's name could hold is not repeated.
    private static string Shown(string name) => new([.. name.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_').Take(100)]);
}
