namespace Freshet.Tests.Diagnostics;

public sealed class InvalidationMetricTests
{
    [Fact]
    public async Task InvalidationsAreCountedByEventCallTriggerAndKindOfTag()
    {
        await using var app = Traced.Start();
        using var meter = new MeterReader(app);
        await using (var action = app.Freshet.BeginUserAction("write"))
        {
            app.Freshet.Raise(new Paid("k-1", "4111"));
            app.Freshet.Raise(new Paid("k-2", "4111"));
            app.Freshet.UpdateTag(Traced.Unread.For("k-3"));
            await action.CompleteAsync();
        }
        await using (var action = app.Freshet.BeginWebhook("hook"))
        {
            app.Freshet.Raise(new Paid("k-4", "4111"));
            await action.CompleteAsync();
        }

        meter.Read("freshet.invalidations").Select(each => ($"{each.Value} {string.Join(' ', each.Tags.OrderBy(tag => tag.Key).Select(tag => $"{tag.Key}={tag.Value}"))}"))
            .ShouldBe(
            [
                "2 call=Raise event=row.paid kind=expire tag=row trigger=user-action",
                "1 call=Raise event=row.paid kind=mark-stale tag=row trigger=webhook",
                "1 call=UpdateTag event= kind=expire tag=unread trigger=user-action",
            ], ignoreOrder: true);
    }

    [Fact]
    public async Task TheLineOfAnInvalidationHasItsFormAndNoPayload()
    {
        await using var app = Traced.Start();
        await using var action = app.Freshet.BeginUserAction("POST /rows/{id}/pay", actor: "actor-9");
        app.Freshet.Raise(new Paid("k-1", "4111-secret"));
        await action.CompleteAsync();

        app.LogLines.Lines.ShouldContain(line =>
            line.Text == "event=invalidate call=Raise raised=row.paid tag=row:k-1 kind=Expire source=UserAction:POST /rows/{id}/pay position=1");
        app.LogLines.Lines.ShouldNotContain(line => line.Text.Contains("4111-secret") || line.Text.Contains("actor-9"));
    }
}
