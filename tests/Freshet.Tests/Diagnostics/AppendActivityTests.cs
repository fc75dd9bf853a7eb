using System.Diagnostics;

namespace Freshet.Tests.Diagnostics;

public sealed class AppendActivityTests
{
    [Fact]
    public async Task AnAppendIsOneActivityOfTheWriteItBelongsTo()
    {
        await using var app = Traced.Start();
        using var trace = new TraceReader();
        await using var action = app.Freshet.BeginWebhook("provider", actor: "actor-9");
        app.Freshet.Raise(new Paid("k-17", "4111-1111"));
        app.Freshet.RevalidateTag(Traced.Row.For("k-18"), Profile.Minutes);

        await action.CompleteAsync();

        var append = trace.Appends.ShouldHaveSingleItem();
        append.ParentSpanId.ShouldBe(trace.Request.SpanId);
        append.TagObjects.ToDictionary(tag => tag.Key, tag => tag.Value).ShouldBe(new Dictionary<string, object?>
        {
            ["freshet.trigger"] = "webhook", ["freshet.action"] = "provider", ["freshet.records"] = 2, ["freshet.position"] = 2L,
        }, ignoreOrder: true);
        Activity.Current.ShouldBe(trace.Request);
        action.Records[0].TraceParent.ShouldBe(trace.Request.Id);
    }

    [Fact]
    public async Task AnActionThatRaisesNothingAppendsNothing()
    {
        await using var app = Traced.Start();
        using var trace = new TraceReader();
        await using var action = app.Freshet.BeginUserAction("nothing");

        await action.CompleteAsync();

        trace.Ended.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AListenerThatThrowsLosesNoInvalidation(bool atStart)
    {
        await using var app = Traced.Start();
        Action broken = () => throw new InvalidOperationException("broken");
        using var trace = atStart ? new TraceReader(onStarted: broken) : new TraceReader(onStopped: broken);
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.UpdateTag(Traced.Row.For("a"));

        (await action.CompleteAsync())!.Value.Position.ShouldBe(1);

        action.Records.Count.ShouldBe(1);
        Activity.Current.ShouldBe(trace.Request);
        app.Freshet.Log.Position.Position.ShouldBe(1);
    }
}
