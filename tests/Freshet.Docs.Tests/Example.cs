using System.Text;
using System.Text.RegularExpressions;
using Examples;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Freshet.Docs.Tests;

/// <summary>A C# example as a page prints it: statements, members, types, or some calls of a chain that begins elsewhere.</summary>
/// <param name="Page">The page's file name.</param>
/// <param name="Number">Which of the page's examples it is, from 1 on.</param>
/// <param name="Line">The page's line that it begins at, from 1 on.</param>
/// <param name="Code">Its text.</param>
internal sealed partial record Example(string Page, int Number, int Line, string Code)
{
    public static IEnumerable<Example> AllOf(string page, string text) => Blocks().Matches(text).Select((block, i) =>
        new Example(page, i + 1, text.AsSpan(0, block.Groups[1].Index).Count('\n') + 1, block.Groups[1].Value));

    /// <summary>The example as a file of its own: its types beside each other, its members in a catalog, its statements in a method that is given what pages take for granted.</summary>
    public SyntaxTree ToTree()
    {
        var (types, members, statements) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
        var unit = IsChain ? SyntaxFactory.CompilationUnit() : Parse();
        foreach (var part in unit.Members)
        {
            var into = part is BaseTypeDeclarationSyntax ? types : part is FieldDeclarationSyntax field && field.Modifiers.Any(SyntaxKind.StaticKeyword) ? members : statements;
            Append(into, part.GetLocation().GetLineSpan().StartLinePosition.Line, part.ToString());
        }
        if (IsChain) AppendCalls(statements);

        var given = World.GivenTo(Page).Where(parameter => !Declares(statements.ToString(), NameOf(parameter)));
        return CSharpSyntaxTree.ParseText($$"""
            {{unit.Usings}}
            namespace Examples.{{Path.GetFileNameWithoutExtension(Page).Replace('-', '_')}}_{{Number}}
            {
                {{types}}
            #line hidden
                class Members : Examples.Billing
                {
                    {{members}}
            #line hidden
                }

                class Statements : Examples.Functions
                {
                    async Task Run({{string.Join(", ", given)}})
                    {
                        await Task.Yield();
                        {{statements}}
            #line hidden
                    }
                }
            }
            """, path: $"{Page} {Number}");
    }

    private bool IsChain => Code.TrimStart().StartsWith('.');

    private CompilationUnitSyntax Parse()
    {
        // Members outside a type are known to scripts alone.
        var kind = StaticMember().IsMatch(Code) ? SourceCodeKind.Script : SourceCodeKind.Regular;
        return CSharpSyntaxTree.ParseText(Code, new CSharpParseOptions(kind: kind)).GetCompilationUnitRoot();
    }

    // Calls on an event, where they say what it invalidates; else on a cached query.
    private void AppendCalls(StringBuilder statements)
    {
        var lines = Code.TrimEnd().Split('\n');
        for (var from = 0; from < lines.Length;)
        {
            var to = Array.FindIndex(lines, from + 1, line => line.StartsWith(".VersionedBy", StringComparison.Ordinal));
            if (to < 0) to = lines.Length;
            var calls = string.Join('\n', lines[from..to].Select(line => Comment().Replace(line, "")));
            Append(statements, from, $"_ = {(calls.Contains(".Invalidates", StringComparison.Ordinal) ? nameof(Functions.AnEvent) : nameof(Functions.AQuery))}{calls};");
            from = to;
        }
    }

    private void Append(StringBuilder into, int line, string code) => into.Append('\n').Append($"#line {Line + line} \"{Page}\"").Append('\n').Append(code);

    private static string NameOf(string parameter) => parameter[(parameter.LastIndexOf(' ') + 1)..];

    private static bool Declares(string statements, string name) =>
        Regex.IsMatch(statements, $@"\b(var|const string) {name}\b|[(,] ?(?:[\w<>]+ )?{name}\) =>");

    [GeneratedRegex("^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex("^public static", RegexOptions.Multiline)]
    private static partial Regex StaticMember();

    [GeneratedRegex(" *//.*")]
    private static partial Regex Comment();
}
