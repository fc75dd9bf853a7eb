namespace Freshet;

/// <summary>Tags that a rendered output carries for where it is: its concrete path, its route pattern, and every layout above both.</summary>
internal static class PathTags
{
    public const string PageKind = "page";
    public const string LayoutKind = "layout";

    /// <summary>The tag that <c>RevalidatePath</c> invalidates.</summary>
    public static Tag For(string path, PathScope scope) => Make(scope == PathScope.Page ? PageKind : LayoutKind, Normalize(path));

    /// <summary>The tags an output carries.</summary>
    /// <param name="path">Its concrete path: <c>/accounts/acc_88</c>.</param>
    /// <param name="pattern">Its route pattern: <c>/accounts/{id}</c>; null when it has none.</param>
    public static IReadOnlyList<Tag> Of(string path, string? pattern)
    {
        var tags = new HashSet<Tag>();
        foreach (var place in (string?[])[path, pattern])
        {
            if (place is null) continue;
            var normal = Normalize(place);
            tags.Add(Make(PageKind, normal));
            for (var layout = normal; ; layout = layout[..Math.Max(1, layout.LastIndexOf('/'))])
            {
                tags.Add(Make(LayoutKind, layout));
                if (layout.Length == 1) break;
            }
        }
        return [.. tags];
    }

    /// <summary>One leading slash, none at the end, lower case (routes match without case); parameter constraints and defaults dropped: <c>{id:int}</c> is <c>{id}</c>.</summary>
    public static string Normalize(string path)
    {
        var trimmed = "/" + path.Trim('/');
        var segments = trimmed.Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            var segment = segments[i];
            if (segment.StartsWith('{') && segment.EndsWith('}'))
            {
                var end = segment.AsSpan(1).IndexOfAny(":=?}");
                segments[i] = string.Concat("{", segment.AsSpan(1, end).TrimStart('*'), "}");
            }
        }
        return string.Join('/', segments).ToLowerInvariant();
    }

    private static Tag Make(string kind, string path) => new(kind, $"{kind}:{path}");
}

/// <summary>The paths an application answers, so that <c>RevalidatePath</c> can refuse one that nothing would ever match.</summary>
public interface IPathRegistry
{
    /// <summary>Whether a concrete path or a route pattern reaches at least one endpoint.</summary>
    bool Reaches(string path, PathScope scope);
}

/// <summary><c>RevalidatePath</c> was given a path or pattern that reaches no endpoint: it would silently do nothing.</summary>
public sealed class UnknownPathException : FreshetException
{
    internal UnknownPathException(string path, PathScope scope)
        : base($"RevalidatePath got '{path}' ({scope}), which no endpoint answers. Use a path such as /accounts/acc_88, or a route pattern exactly as it was mapped, such as /accounts/{{id}}.")
    {
        Path = path;
        Scope = scope;
    }

    /// <inheritdoc/>
    public override string Code => "unknown-path";

    /// <summary>The path or pattern.</summary>
    public string Path { get; }

    /// <summary>Page or layout.</summary>
    public PathScope Scope { get; }
}
