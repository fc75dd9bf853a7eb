using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Freshet.Simulation.Building;

/// <summary>A source file with several planted bugs at once: each member that a bug changes does what the bug of the present run makes of it, or what it always did.</summary>
internal sealed class SwitchedFile
{
    private readonly string _text;
    private readonly SyntaxNode _root;
    private readonly Dictionary<SyntaxNode, List<(int Bug, string Block)>> _switched = [];
    private readonly List<(int At, string Text)> _added = [];

    /// <param name="text">The file as it is.</param>
    public SwitchedFile(string text)
    {
        _text = text;
        _root = SimulatedBuild.Parse("", text).GetRoot();
    }

    /// <summary>Adds one bug's file, unless it differs in more than what members do.</summary>
    /// <param name="bug">The bug's number.</param>
    /// <param name="planted">The whole file with the bug.</param>
    /// <returns>Why it cannot be switched on and off while the program runs; null when it can.</returns>
    public string? Add(int bug, string planted)
    {
        var (switched, added) = (new List<(SyntaxNode, string)>(), new List<(int, string)>());
        if (Compare(_root, SimulatedBuild.Parse("", planted).GetRoot(), switched, added) is { } obstacle) return obstacle;
        foreach (var (member, block) in switched)
        {
            if (!_switched.TryGetValue(member, out var blocks)) _switched[member] = blocks = [];
            blocks.Add((bug, block));
        }
        _added.AddRange(added);
        return null;
    }

    /// <summary>The file with all of them.</summary>
    public override string ToString()
    {
        var edits = _switched.Select(each => (MemberBody.Of(each.Key)!.Span.Start, MemberBody.Of(each.Key)!.Span.Length, Text: Switch(MemberBody.Of(each.Key)!, each.Value)))
            .Concat(_added.Select(each => (each.At, 0, each.Text)));
        var text = new StringBuilder(_text);
        foreach (var (at, length, edit) in edits.OrderByDescending(edit => edit.Item1)) text.Remove(at, length).Insert(at, edit);
        return text.ToString();
    }

    private static string Switch(MemberBody original, List<(int Bug, string Block)> planted)
    {
        // Each in a block of its own: their variables have the same names.
        var branches = string.Concat(planted.Select(each => $"if (Simulation.Preemption.HasBug({each.Bug})) {each.Block}\nelse "));
        var body = $"{{\n{branches}{original.Block}\n}}";
        return original.IsProperty ? $"{{ get {body} }}" : body;
    }

    /// <summary>Finds the members that differ in what they do, and those that are new.</summary>
    private static string? Compare(SyntaxNode was, SyntaxNode @is, List<(SyntaxNode Member, string Block)> switched, List<(int At, string Text)> added)
    {
        var there = PartsOf(was).ToDictionary(HeaderOf);
        foreach (var part in PartsOf(@is))
        {
            if (!there.Remove(HeaderOf(part), out var original))
            {
                // A new member; or an old one that is declared in another way, which is then missed below.
                if (was is not TypeDeclarationSyntax type) return $"'{HeaderOf(part)}' is new";
                added.Add((type.CloseBraceToken.SpanStart, part.ToFullString()));
            }
            else if (MemberBody.Of(part) is { } body)
            {
                if (body.Block != MemberBody.Of(original)!.Block) switched.Add((original, body.Block));
            }
            else if (Compare(original, part, switched, added) is { } obstacle) return obstacle;
        }
        return there.Count == 0 ? null : $"'{there.Keys.First()}' is gone, or declared in another way";
    }

    private static IEnumerable<SyntaxNode> PartsOf(SyntaxNode node) => node switch
    {
        CompilationUnitSyntax unit => unit.Members,
        BaseNamespaceDeclarationSyntax space => space.Members,
        TypeDeclarationSyntax type => type.Members,
        BasePropertyDeclarationSyntax { AccessorList: { } list } => list.Accessors,
        _ => [],
    };

    /// <summary>How a part is declared: all of it but its body or its parts.</summary>
    private static string HeaderOf(SyntaxNode node)
    {
        var text = node.ToString();
        var inside = MemberBody.Of(node)?.Span;
        if (inside is null && PartsOf(node).ToList() is { Count: > 0 } parts) inside = TextSpan.FromBounds(parts[0].FullSpan.Start, parts[^1].FullSpan.End).Intersection(node.Span);
        return inside is { } span ? text.Remove(span.Start - node.SpanStart, span.Length) : text;
    }
}
