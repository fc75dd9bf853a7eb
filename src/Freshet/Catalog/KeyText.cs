using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Freshet;

/// <summary>How keys become text: culture-independent, escaped so that two different keys never share one text.</summary>
/// <remarks>
/// Equal keys have one text, different keys different texts: <c>1.0m</c> and <c>1.00m</c> name the same tag, and so does one instant written with two offsets.
/// Escaped with <c>%XX</c>: <c>% : , { }</c>, the characters that separate parts of tags and keys (and that Redis Cluster reads as a
/// hash tag). Everything else stands as it is, so keys stay readable.
/// </remarks>
public static class KeyText
{
    /// <summary>Longest escaped text of one key, tag or argument list, in characters: 512.</summary>
    public const int MaxLength = 512;

    internal const string Reserved = "%:,{}";

    // Most keys are made of these alone, and a cold load does little else than check its key's text.
    private static readonly SearchValues<char> _plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => !Reserved.Contains(c, StringComparison.Ordinal))]);

    /// <summary>Whether values of a type have a text form: text, numbers, Guid, enums, dates and anything else that formats without a culture, and tuples of those.</summary>
    public static bool IsSupported(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) || type == typeof(bool) || typeof(IFormattable).IsAssignableFrom(type)
            || (typeof(ITuple).IsAssignableFrom(type) && type.IsGenericType && type.GetGenericArguments().All(IsSupported));
    }

    /// <summary>The escaped text of one key.</summary>
    /// <param name="value">The key.</param>
    /// <param name="declaration">Name of the declaration it is for, for the error.</param>
    /// <param name="part">Which part it is, for the error.</param>
    /// <exception cref="InvalidKeyException">The value is null, empty, too long, has control characters, or is of an unsupported type.</exception>
    public static string Format<T>(T value, string declaration, string part)
    {
        if (value is string key) return WithinLimit(Escape(key, declaration, part), declaration, part); // first: most keys are texts
        var text = value is ITuple tuple ? FormatTuple(tuple, declaration, part) : Escape(Invariant(value, declaration, part), declaration, part);
        return WithinLimit(text, declaration, part);
    }

    private static string WithinLimit(string text, string declaration, string part) =>
        text.Length <= MaxLength ? text : throw new InvalidKeyException(declaration, part, KeyFault.TooLong);

    private static string FormatTuple(ITuple tuple, string declaration, string part)
    {
        var text = new StringBuilder();
        for (var i = 0; i < tuple.Length; i++)
        {
            if (i > 0) text.Append(',');
            text.Append(Format(tuple[i], declaration, $"{part}, item {i + 1}"));
        }
        return text.ToString();
    }

    private static string Invariant<T>(T value, string declaration, string part) => value switch
    {
        null => throw new InvalidKeyException(declaration, part, KeyFault.Null),
        bool flag => flag ? "true" : "false",
        // An event says 1.00m, the query said 1.0m, or one says 12:00+02:00 and the other 10:00Z: equal values, so they must name one tag.
        // DateTime compares by ticks alone and -0.0 equals 0.0, hence no kind and no sign.
        decimal number => number.ToString("G29", CultureInfo.InvariantCulture),
        double number => (number + 0.0).ToString(CultureInfo.InvariantCulture),
        float number => (number + 0.0f).ToString(CultureInfo.InvariantCulture),
        DateTimeOffset instant => instant.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        DateTime time => DateTime.SpecifyKind(time, DateTimeKind.Unspecified).ToString("O", CultureInfo.InvariantCulture),
        DateOnly or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new InvalidKeyException(declaration, part, KeyFault.UnsupportedType),
    };

    private static string Escape(string text, string declaration, string part)
    {
        if (text.Length == 0) throw new InvalidKeyException(declaration, part, KeyFault.Empty);
        if (text.Length > MaxLength) throw new InvalidKeyException(declaration, part, KeyFault.TooLong);
        if (!text.AsSpan().ContainsAnyExcept(_plain)) return text;

        var plain = true;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            // Two different unpaired surrogates both become U+FFFD on the wire: two keys, one text.
            if (char.IsControl(c) || (char.IsSurrogate(c) && !IsPairAt(text, ref i)))
                throw new InvalidKeyException(declaration, part, KeyFault.ControlCharacter);
            plain &= !Reserved.Contains(c, StringComparison.Ordinal);
        }
        return plain ? text : EscapeReserved(text);
    }

    private static bool IsPairAt(string text, ref int index)
    {
        if (index + 1 >= text.Length || !char.IsSurrogatePair(text[index], text[index + 1])) return false;
        index++;
        return true;
    }

    private static string EscapeReserved(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (Reserved.Contains(c, StringComparison.Ordinal)) escaped.Append('%').Append(((int)c).ToString("X2", CultureInfo.InvariantCulture));
            else escaped.Append(c);
        }
        return escaped.ToString();
    }
}
