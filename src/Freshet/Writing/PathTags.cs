using System.Text;

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

    /// <summary>
    /// One leading slash, none at the end, lower case (routes match without case), percent-encoding undone; of a parameter only its
    /// name: <c>{id:int}</c>, <c>{id?}</c> and <c>{**id}</c> are <c>{id}</c>, also within a segment such as <c>{name}.{extension}</c>.
    /// </summary>
    public static string Normalize(string path)
    {
        var segments = ParameterNames(path).Trim('/').Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            // Servers undo the encoding of a path, except for an encoded slash, which would become another segment.
            if (segments[i].Contains('%', StringComparison.Ordinal))
                segments[i] = Uri.UnescapeDataString(segments[i]).Replace("/", "%2f", StringComparison.Ordinal);
        }
        return ("/" + string.Join('/', segments)).ToLowerInvariant();
    }

    // Before the path is split: a constraint may hold slashes and doubled braces, as in {day:regex(^\d{{4}}/\d{{2}}$)}.
    private static string ParameterNames(string path)
    {
        if (!path.Contains('{', StringComparison.Ordinal)) return path;
        var text = new StringBuilder(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            var end = path[i] == '{' ? EndOfParameter(path, i) : -1;
            if (end < 0)
            {
                text.Append(path[i]);
                continue;
            }
            var name = path.AsSpan(i + 1, end - i - 1);
            var length = name.IndexOfAny(":=?");
            text.Append('{').Append((length < 0 ? name : name[..length]).TrimStart('*')).Append('}');
            i = end;
        }
        return text.ToString();
    }

    private static int EndOfParameter(string path, int start)
    {
        for (var i = start + 1; i < path.Length; i++)
        {
            if (path[i] is not ('{' or '}')) continue;
            if (i + 1 < path.Length && path[i + 1] == path[i]) i++; // doubled: stands for itself
            else return path[i] == '}' ? i : -1;
        }
        return -1;
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
