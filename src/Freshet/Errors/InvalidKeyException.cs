namespace Freshet;

/// <summary>Why a value cannot be a key of a tag or an argument of a cached query.</summary>
public enum KeyFault
{
    /// <summary>The value, or a part of it, is null.</summary>
    Null,

    /// <summary>The value formats to an empty text, which would name the whole kind.</summary>
    Empty,

    /// <summary>The escaped text is longer than <see cref="KeyText.MaxLength"/> characters.</summary>
    TooLong,

    /// <summary>The text holds a control character or half of a surrogate pair: it would not survive a header or a log line.</summary>
    ControlCharacter,

    /// <summary>The text is <c>*</c>, which stands for everything and so cannot name one thing.</summary>
    Wildcard,

    /// <summary>The type has no culture-independent text form.</summary>
    UnsupportedType,
}

/// <summary>A value cannot be used as a key. Nothing was read, stored or recorded.</summary>
public sealed class InvalidKeyException : FreshetException
{
    internal InvalidKeyException(string declaration, string part, KeyFault fault, bool inRaisedEvent = false)
        : base($"'{declaration}' got {Describe(part, fault)}. {WayOut(fault)}")
    {
        Declaration = declaration;
        Part = part;
        Fault = fault;
        InRaisedEvent = inRaisedEvent;
    }

    /// <inheritdoc/>
    public override string Code => "invalid-key";

    /// <inheritdoc/>
    public override bool IsCallerFault => Fault is not KeyFault.UnsupportedType && !InRaisedEvent;

    /// <summary>Name of the tag kind, event or cached query that was given the value.</summary>
    public string Declaration { get; }

    /// <summary>Which part of it: a key's number (<c>key 1</c>) or a member (<c>AccountId</c>). Never the value itself.</summary>
    public string Part { get; }

    /// <summary>What is wrong with the value.</summary>
    public KeyFault Fault { get; }

    /// <summary>True when the program raised an event with such a member: its own fault, since the write may be committed already.</summary>
    public bool InRaisedEvent { get; }

    private static string Describe(string part, KeyFault fault) => fault switch
    {
        KeyFault.Null => $"null as {part}",
        KeyFault.Empty => $"an empty text as {part}",
        KeyFault.TooLong => $"a text of more than {KeyText.MaxLength} characters as {part}",
        KeyFault.Wildcard => $"'*' as {part}",
        KeyFault.ControlCharacter => $"a control character or an unpaired surrogate in {part}",
        _ => $"a type without a culture-independent text form as {part}",
    };

    private static string WayOut(KeyFault fault) => fault switch
    {
        KeyFault.UnsupportedType => "Use string, an integer, Guid, an enum, a date, a tuple of those, or declare the members with KeyedBy(...).",
        KeyFault.Wildcard => "It stands for everything, in RemoveByTagAsync alone: name the thing itself.",
        KeyFault.TooLong => "Use an identifier, or hash long text before it becomes a key.",
        _ => "Check the value before it reaches Freshet.",
    };
}
