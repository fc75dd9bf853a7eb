namespace Freshet.AspNetCore.Tests;

public sealed class EpochHeaderTests
{
    [Fact]
    public async Task Reads_and_writes_of_one_log_carry_the_same_epoch()
    {
        await using var app = await TestApp.StartAsync(Map);

        var read = await app.Client.ReadAsync("/invoices/inv_1");
        var written = await app.Client.WriteAsync("/invoices/inv_1/pay");
        var readAgain = await app.Client.ReadAsync("/invoices/inv_1");

        var epoch = read.Header(FreshnessHeaders.Epoch);
        epoch.ShouldNotBeNull().ShouldMatch("^[A-Za-z0-9_-]{11}$");
        written.Header(FreshnessHeaders.Epoch).ShouldBe(epoch);
        readAgain.Header(FreshnessHeaders.Epoch).ShouldBe(epoch);
    }

    [Fact]
    public async Task It_stands_wherever_the_position_does_and_nowhere_else()
    {
        await using var app = await TestApp.StartAsync(app =>
        {
            Map(app);
            app.MapPost("/refresh", (IFreshet freshet) => freshet.Refresh()).UserAction();
            app.MapPost("/legacy/{id}", (string id, IFreshet freshet) => freshet.Raise(new InvoicePaid(id, "acc_88"))).Raises<InvoicePaid>().HeadersOnly();
            app.MapPost("/broken/{id}", (string id, IFreshet freshet) =>
            {
                freshet.Raise(new InvoicePaid(id, "acc_88"));
                throw new TimeoutException();
            }).Raises<InvoicePaid>();
        }, before: app => app.UseExceptionHandler(error => error.Run(context => context.Response.WriteAsync("sorry"))));

        foreach (var answer in new[]
        {
            await app.Client.ReadAsync("/ping"), await app.Client.WriteAsync("/refresh"), await app.Client.WriteAsync("/legacy/inv_1"),
            await app.Client.WriteAsync("/broken/inv_1"), await app.Client.ReadAsync("/invoices/inv_1"),
        })
            answer.Headers.Contains(FreshnessHeaders.Epoch).ShouldBe(answer.Headers.Contains(FreshnessHeaders.Position), answer.RequestMessage!.RequestUri!.ToString());
    }

    [Fact]
    public async Task A_restart_changes_it_though_the_key_stays_and_positions_overlap()
    {
        (await EpochOf(Wire.UseKey)).ShouldNotBe(await EpochOf(Wire.UseKey));
    }

    [Fact]
    public void Another_signing_key_changes_it_though_the_log_goes_on_because_no_tag_hash_is_the_same()
    {
        var epoch = Epoch.Create();

        new TagHasher(Wire.Ring(Wire.OtherKey, Wire.Key)).Hash(epoch).ShouldNotBe(new TagHasher(Wire.Ring(Wire.Key)).Hash(epoch));
    }

    [Fact]
    public void Processes_of_one_log_and_one_first_key_agree_on_it_whatever_further_keys_they_accept()
    {
        var epoch = Epoch.Create();

        new TagHasher(Wire.Ring(Wire.Key, Wire.OtherKey)).Hash(epoch).ShouldBe(new TagHasher(Wire.Ring(Wire.Key)).Hash(epoch));
    }

    [Fact]
    public void The_hash_follows_the_epoch_when_a_running_node_adopts_another_log()
    {
        var hasher = new TagHasher(Wire.Ring(Wire.Key));
        var (before, after) = (Epoch.Create(), Epoch.Create());
        var first = hasher.Hash(before);

        hasher.Hash(after).ShouldNotBe(first);
        hasher.Hash(before).ShouldBe(first);
    }

    [Fact]
    public async Task The_epoch_itself_does_not_leave_the_process()
    {
        await using var app = await TestApp.StartAsync(Map);

        var sent = (await app.Client.ReadAsync("/invoices/inv_1")).Header(FreshnessHeaders.Epoch)!;

        var epoch = app.Freshet.Log.Position.Epoch.Value;
        foreach (var bytes in new[] { epoch.ToByteArray(), epoch.ToByteArray(bigEndian: true) })
            Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_').ShouldNotContain(sent[..8]);
    }

    private static void Map(WebApplication app)
    {
        app.MapReads();
        app.MapPay();
    }

    private static async Task<string> EpochOf(Action<WebApplicationBuilder> configure)
    {
        await using var app = await TestApp.StartAsync(Map, configure);
        return (await app.Client.ReadAsync("/invoices/inv_1")).Header(FreshnessHeaders.Epoch)!;
    }
}
