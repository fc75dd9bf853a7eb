namespace Freshet;

/// <summary>What to do about a request for an output.</summary>
internal enum RenderStep
{
    /// <summary>Serve what is stored.</summary>
    Serve,

    /// <summary>Serve what is stored, and have it renewed: it is past its profile's time, though nothing outdated it.</summary>
    ServeAged,

    /// <summary>Serve what is stored once more, and have it renewed: a tag was marked stale.</summary>
    ServeStale,

    /// <summary>Wait for a render that is running.</summary>
    Join,

    /// <summary>Render.</summary>
    Render,
}

/// <summary>The outcome of looking an output up.</summary>
/// <param name="Step">What to do.</param>
/// <param name="Entry">What is stored, to be served.</param>
/// <param name="Rendering">The render to wait for, or the one that this request has just begun.</param>
/// <param name="At">What the node had applied when this was decided.</param>
/// <param name="WasOutdated">Whether something was stored that may not be served.</param>
internal readonly record struct RenderLookup(RenderStep Step, Entry<RenderedOutput>? Entry, Rendering? Rendering, AppliedPosition At, bool WasOutdated);
