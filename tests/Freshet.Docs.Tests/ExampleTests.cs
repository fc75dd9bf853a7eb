using Microsoft.CodeAnalysis;

namespace Freshet.Docs.Tests;

/// <summary>Every C# example of the README and of the pages compiles against the packages as they are, in a world that has what pages take for granted (<see cref="World"/>).</summary>
public sealed class ExampleTests
{
    private static readonly string[] _pages = [RepositoryRoot.File("README.md"), .. RepositoryRoot.Files("docs", "*.md")];

    [Fact]
    public void EveryExampleCompiles()
    {
        var examples = _pages.SelectMany(page => Example.AllOf(Path.GetFileName(page), File.ReadAllText(page))).ToList();

        examples.Count.ShouldBeGreaterThan(40);
        Faults(examples).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("await freshet.ReadAsnyc(Billing.Summary, id);", "page.md:4: CS1061")]
    [InlineData("public static readonly Tag<string> Account = new();", "page.md:4: CS7036")]
    [InlineData("sealed class Mine : IFreshetCache;", "page.md:4: CS0246")]
    [InlineData(".DependsOn(id => id)", "page.md:4: CS")]
    public void WhatDoesNotCompileIsToldByItsPageAndLine(string code, string fault) =>
        Faults(Example.AllOf("page.md", $"Text.\n\n```csharp\n{code}\n```\n")).ShouldContain(told => told.StartsWith(fault, StringComparison.Ordinal));

    private static IEnumerable<string> Faults(IEnumerable<Example> examples) => World.Compile(examples.Select(example => example.ToTree())).GetDiagnostics()
        .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
        .Select(diagnostic => (Place: diagnostic.Location.GetMappedLineSpan(), diagnostic))
        .Select(told => $"{told.Place.Path}:{told.Place.StartLinePosition.Line + 1}: {told.diagnostic.Id} {told.diagnostic.GetMessage(null)}").Order(StringComparer.Ordinal);
}
