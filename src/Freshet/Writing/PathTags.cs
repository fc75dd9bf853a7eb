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

    /// <summary>One leading slash, none at the end, one case (routes match without it), percent-encoding undone; of each parameter only its name: <c>{id:int}</c> is <c>{id}</c>, wherever in a segment it stands.</summary>
    public static string Normalize(string path)
    {
        var normal = new StringBuilder("/", path.Length + 1);
        var rest = path.AsSpan().Trim('/');
        while (!rest.IsEmpty)
        {
            var (literal, parameter) = (rest.IndexOf('{'), 0);
            if (literal >= 0 && rest[literal..].StartsWith("{{")) literal += 2; // a brace itself, as patterns write it
            else if (literal < 0 || (parameter = LengthOfParameter(rest[literal..])) == 0) literal = rest.Length;
            normal.Append(rest[..literal]);
            if (parameter > 0) AppendName(normal, rest.Slice(literal + 1, parameter - 2));
            rest = rest[(literal + parameter)..];
        }
        return InOneCase(Decoded(normal.ToString()));
    }

    // As servers do, but for an encoded slash, which would become another segment.
    private static string Decoded(string path) => !path.Contains('%', StringComparison.Ordinal)
        ? path
        : string.Join('/', path.Split('/').Select(segment => Uri.UnescapeDataString(segment).Replace("/", "%2f", StringComparison.Ordinal)));

    /// <summary>Length with both braces; 0 when it never ends. Doubled braces belong to a constraint: <c>{id:regex(^\d{{3}}$)}</c>.</summary>
    private static int LengthOfParameter(ReadOnlySpan<char> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] is not ('{' or '}')) continue;
            if (i + 1 < text.Length && text[i + 1] == text[i]) i++;
            else if (text[i] == '}') return i + 1;
        }
        return 0;
    }

    private static void AppendName(StringBuilder normal, ReadOnlySpan<char> parameter)
    {
        var end = parameter.IndexOfAny(":=?");
        normal.Append('{').Append(parameter[..(end < 0 ? parameter.Length : end)].TrimStart('*')).Append('}');
    }

    // By way of upper case, as routing compares: to it Greek final and other sigma are one letter, which lower case keeps apart.
    private static string InOneCase(string path) => (Ascii.IsValid(path) ? path : path.ToUpperInvariant()).ToLowerInvariant();

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
