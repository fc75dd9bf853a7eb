using System.Diagnostics.Metrics;

namespace Freshet.AspNetCore;

/// <summary>Counts the consistency tokens that requests bring, by carrier and result, on the meter <c>Freshet</c>.</summary>
internal sealed class TokenCounter
{
    private readonly Counter<long> _tokens;

    public TokenCounter(IMeterFactory? factory)
    {
        var meter = factory is null ? new Meter("Freshet") : factory.Create("Freshet");
        _tokens = meter.CreateCounter<long>("freshet.http.tokens", "{token}", "Consistency tokens brought by requests, by carrier and result.");
    }

    public void Note(string carrier, string result) =>
        _tokens.Add(1, new KeyValuePair<string, object?>("carrier", carrier), new KeyValuePair<string, object?>("result", result));
}
