using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests;

/// <summary>Holds of a write that somebody else has on its way.</summary>
internal static class Held
{
    private static readonly Writer _writer = new(TriggerKind.UserAction, "elsewhere", "ann", null);

    public static Task<OpenHold> HoldAsync(this TestApp app, string thing) => app.HoldAsync(Things.Thing.For(thing));

    public static async Task<OpenHold> HoldAsync(this TestApp app, params Tag[] tags) =>
        (await app.LogOf().PlaceAsync(_writer, [DraftOf(RecordId.Next(), tags)]).AsTask().WaitAsync(TimeSpan.FromSeconds(30))).ShouldNotBeNull().ShouldHaveSingleItem();

    /// <summary>The write was rolled back.</summary>
    public static async Task ReleaseAsync(this TestApp app, OpenHold hold) => await app.LogOf().AppendAsync(
        _writer, [new RecordDraft(RecordId.Next(), FreshnessLog.ReleaseCall, null, null, []) { Releases = [hold.Release] }]);

    /// <summary>The write was committed.</summary>
    public static async Task ResolveAsync(this TestApp app, OpenHold hold) => await app.LogOf().AppendAsync(
        _writer, [new RecordDraft(hold.Release.Draft, "Raise", null, null, [.. hold.Draft.Holds!.Tags.Select(tag => new Invalidation(tag, InvalidationKind.Expire, TimeSpan.Zero))])]);

    public static RecordDraft DraftOf(Guid announced, params Tag[] tags) =>
        new(RecordId.Next(), FreshnessLog.HoldCall, null, null, []) { Holds = new Holding(announced, tags) };

    public static FreshnessLog LogOf(this TestApp app) => app.Services.GetRequiredService<FreshnessLog>();

    public static StandingHolds? HoldsOf(this TestApp app) => app.Services.GetRequiredService<Node>().Applied.Holds;

    public static int EntriesOf(this TestApp app, CachedQuery query) => ((FreshetService)app.Freshet).RuntimeNamed(query.Name).EntryCount;
}
