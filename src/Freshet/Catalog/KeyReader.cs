using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Freshet;

/// <summary>Keys from their text: what <see cref="KeyText"/> wrote, or a person typed. Types whose text cannot be read back keep it as it stands.</summary>
internal static class KeyReader
{
    /// <summary>The values of a type's keys, in order: the items of a tuple, else the type itself.</summary>
    public static IReadOnlyList<Type> PartsOf(Type type) =>
        typeof(ITuple).IsAssignableFrom(type) && type.IsGenericType ? [.. type.GetGenericArguments().SelectMany(PartsOf)] : [type];

    /// <summary>The key text of several keys as <see cref="KeyText"/> would write it.</summary>
    /// <param name="text">The text: keys apart by a separator.</param>
    /// <param name="separator">What stands between two keys.</param>
    /// <param name="types">Their types, as many as there must be; null for a type that is not known.</param>
    /// <param name="declaration">Name of the declaration they are for, for the error.</param>
    /// <param name="canonical">The text; null when a key is missing, or is not of its type.</param>
    /// <exception cref="InvalidKeyException">A key is empty, too long or has control characters.</exception>
    public static bool TryRead(string text, char separator, IReadOnlyList<Type?> types, string declaration, [NotNullWhen(true)] out string? canonical)
    {
        canonical = null;
        string[] parts = types.Count == 1 ? [text] : text.Split(separator);
        if (parts.Length != types.Count) return false;
        for (var i = 0; i < parts.Length; i++)
        {
            if (!TryRead(Unescape(parts[i]), types[i] ?? typeof(string), out var value)) return false;
            parts[i] = KeyText.Format(value, declaration, types.Count == 1 ? "its key" : $"key {i + 1}");
        }
        canonical = string.Join(separator, parts);
        return true;
    }

    /// <summary>The value that a key's text stands for. Of a type that has no reader here it is the text itself.</summary>
    public static bool TryRead(string text, Type type, [NotNullWhen(true)] out object? value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        value = null;
        if (type == typeof(bool)) value = text switch { "true" => true, "false" => false, _ => null };
        else if (type == typeof(byte)) value = Parsed<byte>(text);
        else if (type == typeof(sbyte)) value = Parsed<sbyte>(text);
        else if (type == typeof(short)) value = Parsed<short>(text);
        else if (type == typeof(ushort)) value = Parsed<ushort>(text);
        else if (type == typeof(int)) value = Parsed<int>(text);
        else if (type == typeof(uint)) value = Parsed<uint>(text);
        else if (type == typeof(long)) value = Parsed<long>(text);
        else if (type == typeof(ulong)) value = Parsed<ulong>(text);
        else if (type == typeof(decimal)) value = Parsed<decimal>(text);
        else if (type == typeof(double)) value = Parsed<double>(text);
        else if (type == typeof(float)) value = Parsed<float>(text);
        else if (type == typeof(char)) value = Parsed<char>(text);
        else if (type == typeof(Guid)) value = Parsed<Guid>(text);
        else if (type == typeof(DateOnly)) value = Parsed<DateOnly>(text);
        else if (type == typeof(TimeOnly)) value = Parsed<TimeOnly>(text);
        else if (type == typeof(TimeSpan)) value = Parsed<TimeSpan>(text);
        else if (type == typeof(DateTime)) value = DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
        else if (type == typeof(DateTimeOffset)) value = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? instant : null;
        else if (type.IsEnum) value = Enum.TryParse(type, text, ignoreCase: false, out var member) ? member : null;
        else value = text;
        return value is not null;
    }

    /// <summary>Whether values of a type can be read, so that they need not be looked for by their text.</summary>
    public static bool Reads(Type type) => type == typeof(string) || !TryRead("?", type, out var read) || read is not string;

    /// <summary>Undoes <see cref="KeyText"/>'s escapes. What is none stays: people type colons.</summary>
    public static string Unescape(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal)) return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && KeyText.Reserved.Contains((char)Hex(text.AsSpan(i + 1, 2)), StringComparison.Ordinal))
            {
                plain.Append((char)Hex(text.AsSpan(i + 1, 2)));
                i += 2;
            }
            else
            {
                plain.Append(text[i]);
            }
        }
        return plain.ToString();
    }

    private static int Hex(ReadOnlySpan<char> digits) => int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) ? code : 0;

    private static object? Parsed<T>(string text) where T : struct, IParsable<T> => T.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : null;
}
