using System.Text.RegularExpressions;

namespace Freshet.Tests.Diagnostics;

/// <summary>Every code that an error of any package can have is told, and each belongs to one exception. Read from the sources, as no test project refers to all packages.</summary>
public sealed partial class ErrorDocsTests
{
    private static readonly string _pages = string.Concat(new[] { "errors.md", "http.md", "operator.md" }.Select(page => File.ReadAllText(RepositoryRoot.File("docs", page))));

    private static readonly string[] _sources = [.. RepositoryRoot.Files("src", "*.cs").Select(File.ReadAllText)];

    [Fact]
    public void EveryCodeIsExplained()
    {
        var codes = _sources.SelectMany(source => Codes().Matches(source)).Select(code => code.Groups.Values.Skip(1).First(group => group.Success).Value).ToHashSet();
        codes.Count.ShouldBeGreaterThan(50);
        codes.Where(code => !_pages.Contains($"`{code}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void EveryPublicExceptionIsNamedBesideItsCode()
    {
        var thrown = _sources.SelectMany(source => Exceptions().Matches(source)).Select(type => type.Groups[1].Value).ToList();
        thrown.Count.ShouldBeGreaterThan(25);
        thrown.Where(type => !_pages.Contains($"`{type}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void NoTwoExceptionsHaveOneCode() =>
        _sources.SelectMany(source => Own().Matches(source)).GroupBy(code => code.Groups[1].Value).Where(same => same.Count() > 1).Select(same => same.Key).ShouldBeEmpty();

    // Of an exception, of one of those that an exception's factory makes, or of an answer that no exception stands behind.
    [GeneratedRegex("""Code => "([a-z-]+)"|(?:new|Unknown)\(\s*(?:RedisFault\.\w+, )?"([a-z]+(?:-[a-z]+)+)",\s|(?:InputException|RefuseAsync|AnswerAsync)\([^"\n]*"([a-z]+(?:-[a-z]+)+)",""")]
    private static partial Regex Codes();

    [GeneratedRegex("""override string Code => "([a-z-]+)";""")]
    private static partial Regex Own();

    [GeneratedRegex(@"public sealed class (\w+)(?:\([^)]*\))?\s*: FreshetException\b")]
    private static partial Regex Exceptions();
}
