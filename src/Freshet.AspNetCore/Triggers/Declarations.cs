namespace Freshet.AspNetCore;

/// <summary>Endpoint metadata: the endpoint raises this event. Put there by <c>.Raises&lt;TEvent&gt;()</c> and <see cref="RaisesAttribute{TEvent}"/>; read it to list an application's mutations.</summary>
public interface IRaisesEvent
{
    /// <summary>CLR type of the event.</summary>
    Type EventType { get; }
}

/// <summary>Endpoint metadata: the endpoint runs under a user action.</summary>
internal interface IUserActionMetadata
{
    /// <summary>Whether it was declared for this endpoint itself, so that it holds for GET too; a group's or controller's declaration is about its writes.</summary>
    bool IncludesReads { get; }
}

/// <summary>Endpoint metadata: the body must stay as it is; token and events travel in headers alone.</summary>
internal interface IHeadersOnly;

internal sealed record RaisesMetadata(Type EventType) : IRaisesEvent
{
    public override string ToString() => $"Raises {EventType.Name}";
}

internal sealed record UserActionMetadata(bool IncludesReads) : IUserActionMetadata;

internal sealed class HeadersOnlyMetadata : IHeadersOnly
{
    public static readonly HeadersOnlyMetadata Instance = new();
}
