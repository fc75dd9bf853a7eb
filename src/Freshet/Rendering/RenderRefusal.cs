namespace Freshet;

/// <summary>Why an output that was rendered to be stored was not.</summary>
internal enum RenderRefusal
{
    /// <summary>It was not refused.</summary>
    None,

    /// <summary>A loader called <c>DoNotCache</c>: what must not be stored by itself must not be stored as part of a page.</summary>
    PartNotCacheable,

    /// <summary>A read went past the cache, because an action has raised what it touches, or a token could not be reached.</summary>
    PartBypassed,

    /// <summary>A read could not meet the request's token or minimum version in time.</summary>
    PartUnsatisfied,

    /// <summary>The log's epoch changed while it was rendered, so its parts cannot be compared.</summary>
    LogChanged,

    /// <summary>The answer sets a cookie.</summary>
    SetsCookie,

    /// <summary>The answer's status is not 200.</summary>
    Status,

    /// <summary>The answer says <c>Cache-Control: no-store</c> or <c>private</c>.</summary>
    SaysNoStore,

    /// <summary>The request has a signed-in user or an <c>Authorization</c> header.</summary>
    SignedIn,

    /// <summary>The output caching middleware did not hand it over: too large, no computable key, or another policy refused.</summary>
    NotHandedOver,
}
