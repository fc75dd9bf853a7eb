using System.Text.RegularExpressions;

namespace Freshet.Tests.Diagnostics;

/// <summary>Every configuration key that a page, a message or a comment names is one that is read. Read from the sources, as no test project refers to all packages.</summary>
public sealed partial class ConfigurationKeyDocsTests
{
    private static readonly string[] _sources = [.. RepositoryRoot.Files("src", "*.cs").Select(File.ReadAllText)];

    // What of a class stands under which section; below the others names are free.
    private static readonly Dictionary<string, string?> _sections = new()
    {
        ["SharedLog"] = nameof(SharedLogOptions), ["SecondLevel"] = nameof(SecondLevelOptions), ["Operations"] = nameof(OperationOptions), ["Warnings"] = nameof(FreshetWarningOptions),
        ["Redis"] = "RedisOptions", ["Outbox"] = "SqlOutboxOptions", ["Http"] = "FreshetHttpOptions", ["Webhooks"] = null, ["Targets"] = null, ["Policies"] = null,
    };

    [Fact]
    public void EveryKeyThatIsNamedIsRead()
    {
        var named = RepositoryRoot.Files("docs", "*.md").Append(RepositoryRoot.File("README.md")).Append(RepositoryRoot.File("samples", "BillingDesk", "README.md")).Select(File.ReadAllText)
            .Concat(_sources).SelectMany(text => Keys().Matches(text)).Select(key => key.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal)).ToHashSet();
        named.Count.ShouldBeGreaterThan(30);
        named.Where(key => !IsRead(key.Split(':'))).ShouldBeEmpty();
    }

    private static bool IsRead(string[] key) =>
        !_sections.TryGetValue(key[0], out var options) ? OptionsOf(nameof(FreshetOptions)).Contains(key[0])
        : options is null || key.Length == 1 || OptionsOf(options).Contains(key[1]);

    private static HashSet<string> OptionsOf(string type) =>
        [.. _sources.Where(source => source.Contains($"public sealed class {type}\n", StringComparison.Ordinal)).SelectMany(source => Properties().Matches(source)).Select(property => property.Groups[1].Value)];

    [GeneratedRegex(@"\bFreshet(?::|__)([A-Z]\w*?(?:(?::|__)\w+?)*)\b(?!:\{|_)")]
    private static partial Regex Keys();

    [GeneratedRegex(@"public [^=(\n]* (\w+) \{ get")]
    private static partial Regex Properties();
}
