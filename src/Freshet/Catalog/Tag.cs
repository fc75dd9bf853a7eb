namespace Freshet;

/// <summary>Names cached data: <c>account:acc_88</c>. Made by a declared kind, <c>Billing.Account.For("acc_88")</c>. Two tags are equal when their texts are.</summary>
public readonly struct Tag : IEquatable<Tag>
{
    private readonly string? _kind;
    private readonly string? _text;

    internal Tag(string kind, string text)
    {
        _kind = kind;
        _text = text;
    }

    /// <summary>Name of the kind: <c>account</c>. Empty for <c>default</c>, which no call accepts.</summary>
    public string Kind => _kind ?? "";

    /// <summary>The whole tag as text, kind first, keys escaped: <c>account:acc_88</c>.</summary>
    public string Text => _text ?? "";

    internal bool IsDefault => _text is null;

    /// <inheritdoc/>
    public bool Equals(Tag other) => string.Equals(_text, other._text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Tag other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _text is null ? 0 : _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The tag's <see cref="Text"/>.</summary>
    public override string ToString() => Text;

    /// <summary>Whether two tags name the same data.</summary>
    public static bool operator ==(Tag left, Tag right) => left.Equals(right);

    /// <summary>Whether two tags name different data.</summary>
    public static bool operator !=(Tag left, Tag right) => !left.Equals(right);
}
