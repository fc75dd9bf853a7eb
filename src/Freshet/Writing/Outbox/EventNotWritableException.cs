namespace Freshet;

/// <summary>A raised event cannot be written as JSON, so that no outbox could keep it. Nothing was recorded.</summary>
public sealed class EventNotWritableException : FreshetException
{
    internal EventNotWritableException(string name, Type type, Exception? inner) : base(
        $"The event '{name}' cannot be written as a JSON object{(inner is null ? "" : $" ({inner.GetType().Name})")}, so it could not be saved in the outbox with its write. "
        + $"Give {type.Name} members that System.Text.Json can write, or set FreshetOptions.EventJson.", inner)
    {
        Event = name;
        EventType = type;
    }

    /// <inheritdoc/>
    public override string Code => "event-not-writable";

    /// <summary>Name of the event.</summary>
    public string Event { get; }

    /// <summary>Its CLR type.</summary>
    public Type EventType { get; }
}
