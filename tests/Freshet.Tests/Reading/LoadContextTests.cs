namespace Freshet.Tests.Reading;

public sealed class LoadContextTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatALoaderSaysAfterItsEndIsRefusedWhetherItSpokeBeforeOrNot(bool spoke)
    {
        await using var app = TestApp.Start();
        var service = (FreshetService)app.Freshet;
        var context = new LoadContext(service.Runtimes.Single(query => query.Name == "high"), "a", outer: null, isBypass: false);
        context.Begin(service.Node.Applied, [], minimumVersion: null, capturedAt: 0);
        if (spoke) context.ExpireWithin(TimeSpan.FromMinutes(1));

        context.End();

        Should.Throw<InvalidOperationException>(context.DoNotCache);
        Should.Throw<InvalidOperationException>(() => context.ExpireWithin(TimeSpan.Zero));
        (context.IsCacheable, context.LivesUntil).ShouldBe((true, spoke ? 60_000 : long.MaxValue));
    }
}
