using System.Globalization;

namespace Freshet.Redis.Tests.Faults;

/// <summary>A read that was older than it may be.</summary>
/// <param name="Read">The read.</param>
/// <param name="Required">The least it had to return.</param>
/// <param name="By">What required it.</param>
internal sealed record OldRead(ReadEvent Read, long Required, string By)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"version {Read.Version}, but {By} requires {Required}: {Read}");
}

/// <summary>What a history came to.</summary>
internal sealed class StalenessReport
{
    public int Reads { get; private set; }

    public int High { get; private set; }

    /// <summary>Reads that carried a token.</summary>
    public int WithToken { get; private set; }

    /// <summary>Reads that fell under an OutageGrace.</summary>
    public int Graced { get; private set; }

    /// <summary>Reads that would have been old, had their node shown once more what it showed last.</summary>
    public int AtRisk { get; set; }

    public required int Writes { get; init; }

    public required int Pending { get; init; }

    public required IReadOnlyList<string> Failures { get; init; }

    public List<OldRead> Old { get; } = [];

    public void Count(ReadEvent read, bool isHigh)
    {
        Reads++;
        if (isHigh) High++;
        if (read.Needed > 0) WithToken++;
        if (read.IsGraced) Graced++;
    }

    public void Add(OldRead old) => Old.Add(old);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Old.Count} of {Reads:N0} reads older than their bound (high {High:N0}, with a token {WithToken:N0}, under OutageGrace {Graced:N0}; a version had just passed in {AtRisk:N0}); {Writes:N0} writes, {Pending:N0} of them pending");
}
