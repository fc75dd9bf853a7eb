namespace BillingDesk.Browser.Tests.Stream;

/// <summary>Two people: who belongs to the account follows, who does not gets no byte of it.</summary>
public sealed class AudienceTests(DeskInBrowser desk) : IClassFixture<DeskInBrowser>
{
    [Fact]
    public async Task AMemberFollowsAPaymentAndAPersonOfAnotherAccountHearsNothing()
    {
        var member = await DeskInBrowser.TabAsync(await desk.BrowserAsync(), "acc_88", user: "user_88");
        using var stranger = desk.Elsewhere("user_12");
        var organisations = await stranger.GetStringAsync("/api/users/user_12/organisations");
        organisations.ShouldNotContain("acc_88");
        using var stream = await stranger.GetAsync("/api/stream", HttpCompletionOption.ResponseHeadersRead);
        await using var bytes = await stream.Content.ReadAsStreamAsync();
        var hello = new byte[4096];
        var length = await bytes.ReadAsync(hello);
        System.Text.Encoding.UTF8.GetString(hello, 0, length).ShouldContain("event: hello");
        var unpaid = await member.FigureAsync("Unpaid");
        using var payer = desk.Elsewhere();

        (await payer.PostAsync($"/api/invoices/{(await desk.UnpaidAsync("acc_88"))[0]}/pay", null)).EnsureSuccessStatusCode();

        await Expect(member.Figure("Unpaid")).ToHaveTextAsync($"{unpaid - 1}");
        await Expect(member.Strip().First).ToContainTextAsync("account-invoices:acc_88");
        // What everybody may hear comes next, and it is the first that came.
        (await payer.PostAsync("/api/pipelines/usage/run", null)).EnsureSuccessStatusCode();
        var next = new byte[4096];
        length = await bytes.ReadAsync(next);
        var text = System.Text.Encoding.UTF8.GetString(next, 0, length);
        text.ShouldStartWith("id: ");
        text.ShouldContain("pipeline:usage");
        text.ShouldNotContain("acc_88");
        text.ShouldNotContain("invoice");
    }
}
