using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary>Marks the operator's endpoints.</summary>
internal sealed class OperatorMetadata
{
    public static readonly OperatorMetadata Instance = new();
}

/// <summary>Who may reach the operator's endpoints outside development: somebody, never anybody.</summary>
internal static class OperatorAccess
{
    /// <summary>Refuses to start with endpoints that anybody could call.</summary>
    /// <exception cref="AnonymousOperatorException">One has no authorization of its own.</exception>
    public static void Check(IEnumerable<Endpoint> endpoints)
    {
        foreach (var endpoint in endpoints)
        {
            if (endpoint.Metadata.GetMetadata<OperatorMetadata>() is not null && !IsProtected(endpoint))
                throw new AnonymousOperatorException(EndpointNames.PatternOf(endpoint) ?? endpoint.DisplayName ?? "");
        }
    }

    /// <summary>Whether an endpoint says who may call it, and not that anybody may. The framework itself fails a request that its authorization middleware did not see.</summary>
    public static bool IsProtected(Endpoint? endpoint) =>
        endpoint?.Metadata is { } metadata
        && (metadata.GetMetadata<IAuthorizeData>() is not null || metadata.GetMetadata<AuthorizationPolicy>() is not null)
        && metadata.GetMetadata<IAllowAnonymous>() is null;
}

/// <summary>The operator's endpoints are mapped, outside development, and anybody could call them. The host does not start.</summary>
public sealed class AnonymousOperatorException : FreshetException
{
    internal AnonymousOperatorException(string pattern)
        : base($"'{pattern}' lets operators look into the cache and flush it, and nothing says who they are. Call app.MapFreshetOperator().RequireAuthorization(\"operators\") with a policy of yours, or map it in the Development environment alone.") => Pattern = pattern;

    /// <inheritdoc/>
    public override string Code => "anonymous-operator";

    /// <summary>Route pattern of the endpoint.</summary>
    public string Pattern { get; }
}
