namespace Freshet.AspNetCore;

/// <summary>How a request for a page that may be stored was answered.</summary>
internal enum PageResult
{
    /// <summary>Rendered past the store: the request may neither be answered from it nor add to it.</summary>
    Bypass,

    /// <summary>From the store.</summary>
    Hit,

    /// <summary>From the store, while a render replaces it because of its age.</summary>
    Aged,

    /// <summary>From the store once more, while a render replaces it because a tag was marked stale.</summary>
    Stale,

    /// <summary>With what another request's render gave.</summary>
    Joined,

    /// <summary>Rendered: nothing was stored.</summary>
    Miss,

    /// <summary>Rendered: what was stored is outdated.</summary>
    Outdated,

    /// <summary>Rendered: the request asks for more than can be told of what is stored.</summary>
    Required,

    /// <summary>Rendered: this node could not confirm in time that it is current.</summary>
    Unconfirmed,

    /// <summary>Rendered in the background, for nobody in particular.</summary>
    Renewed,
}

/// <summary>Results and reasons as metrics and headers write them.</summary>
internal static class PageTexts
{
    public static string Text(this PageResult result) => result switch
    {
        PageResult.Bypass => "bypass",
        PageResult.Hit => "hit",
        PageResult.Aged => "aged",
        PageResult.Stale => "stale",
        PageResult.Joined => "joined",
        PageResult.Miss => "miss",
        PageResult.Outdated => "outdated",
        PageResult.Required => "required",
        PageResult.Unconfirmed => "unconfirmed",
        PageResult.Renewed => "renewed",
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, "Give every result a text here."),
    };

    /// <summary>The reason as a token of a structured field.</summary>
    public static string Text(this RenderRefusal refusal) => refusal switch
    {
        RenderRefusal.None => "none",
        RenderRefusal.PartNotCacheable => "part-not-cacheable",
        RenderRefusal.PartBypassed => "part-bypassed",
        RenderRefusal.PartUnsatisfied => "part-unsatisfied",
        RenderRefusal.LogChanged => "log-changed",
        RenderRefusal.SetsCookie => "sets-cookie",
        RenderRefusal.Status => "status",
        RenderRefusal.SaysNoStore => "says-no-store",
        RenderRefusal.SignedIn => "signed-in",
        RenderRefusal.NotHandedOver => "not-handed-over",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "Give every reason a text here."),
    };

    /// <summary>What to do about a reason that will hold for every render of the page; null for one that passes by itself.</summary>
    public static string? WayOut(this RenderRefusal refusal) => refusal switch
    {
        RenderRefusal.PartNotCacheable => "One of its cached queries called DoNotCache; read it apart from the page, or do not cache the page",
        RenderRefusal.SetsCookie => "Its answer sets a cookie, perhaps of a session or a form; do not cache the page, or set the cookie elsewhere",
        RenderRefusal.SaysNoStore => "Its answer says Cache-Control: no-store or private, as pages with forms do; do not cache the page, or fetch the form apart from it",
        RenderRefusal.NotHandedOver => "Another output caching policy refused it, or its body is larger than OutputCacheOptions.MaximumBodySize",
        _ => null,
    };
}
