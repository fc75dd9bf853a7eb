using System.Text;

namespace Freshet.Tests;

/// <summary>Compares lines with a file that is kept in the repository and reviewed.</summary>
internal static class ReviewedFile
{
    /// <summary>Fails with the difference when they are not the same; writes the file instead when the environment variable is 1.</summary>
    public static void ShouldHold(IReadOnlyList<string> lines, string path, string acceptVariable)
    {
        if (Environment.GetEnvironmentVariable(acceptVariable) == "1")
        {
            File.WriteAllText(path, string.Concat(lines.Select(line => line + "\n")), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            return;
        }

        var reviewed = File.Exists(path) ? File.ReadAllLines(path) : [];
        if (Difference(reviewed, lines) is { Count: > 0 } difference)
            Assert.Fail($"{path} differs ('-' is what was reviewed, '+' is what there is now):\n{string.Join('\n', difference)}\n"
                + $"When the change is meant, run the tests once with {acceptVariable}=1, and review the file's diff.");
    }

    /// <summary>Lines that only one side has, in the order of that side.</summary>
    public static IReadOnlyList<string> Difference(IReadOnlyList<string> reviewed, IReadOnlyList<string> actual) =>
        [.. reviewed.Except(actual).Select(line => $"- {line}"), .. actual.Except(reviewed).Select(line => $"+ {line}")];
}
