using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Operations;

/// <summary>What is refused before anything is written.</summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    public void AKindHasANameThatMayStandInMetrics(string name) => Should.Throw<ArgumentException>(() => new OperationKind<Order, Done>(name));

    [Fact]
    public async Task WithoutAnOutboxThereIsNowhereToKeepThem()
    {
        await using var app = TestApp.Start();
        using var database = new MemoryOutbox();
        using var transaction = await database.BeginAsync();

        var error = await Should.ThrowAsync<OperationStoreMissingException>(() => app.Services.GetRequiredService<IOperations>().AcceptAsync(transaction, OperationsApp.Rebuild, new Order("a")));

        error.Message.ShouldContain("UsePostgresOutbox");
    }

    [Fact]
    public void AWorkerWithoutAnOutboxDoesNotStart() => Should.Throw<OperationStoreMissingException>(() =>
        TestApp.Start(freshet => freshet.RunOperation(OperationsApp.Rebuild, (Source _, OperationRun<Order, Done> _, CancellationToken _) => Task.CompletedTask)));

    [Fact]
    public async Task AnInputThatCannotBeWrittenIsRefusedWithNothingWritten()
    {
        await using var app = OperationsApp.Start(null);
        using var transaction = await app.Database.BeginAsync();

        var error = await Should.ThrowAsync<OperationNotWritableException>(() => app.Operations.AcceptAsync(transaction, new OperationKind<Circle, Done>("circle"), new Circle()));

        (error.Kind, error.Type).ShouldBe(("circle", typeof(Circle)));
    }

    [Fact]
    public void AKindHasOneHandler() => Should.Throw<ArgumentException>(() => TestApp.Start(freshet => freshet
        .RunOperation(OperationsApp.Rebuild, (Source _, OperationRun<Order, Done> _, CancellationToken _) => Task.CompletedTask)
        .RunOperation(OperationsApp.Rebuild, (Source _, OperationRun<Order, Done> _, CancellationToken _) => Task.CompletedTask))).Message.ShouldContain("'thing-rebuild' already");

    [Fact]
    public void OptionsOutOfRangeAreToldAllAtOnce() =>
        Should.Throw<Microsoft.Extensions.Options.OptionsValidationException>(() => OperationsApp.Start(OperationsApp.RebuildAsync, options =>
        {
            options.LeaseDuration = TimeSpan.Zero;
            options.MaxAttempts = 0;
            options.RetryDelay = TimeSpan.FromHours(1);
            options.MaxConcurrent = 0;
            options.PollInterval = TimeSpan.Zero;
            options.Retention = TimeSpan.Zero;
        })).Failures.Select(fault => fault.Split(' ')[0].Split(':')[^1]).ShouldBe(
            [nameof(OperationOptions.LeaseDuration), nameof(OperationOptions.MaxAttempts), nameof(OperationOptions.RetryDelay), nameof(OperationOptions.MaxConcurrent), nameof(OperationOptions.PollInterval), nameof(OperationOptions.Retention)]);

    private sealed class Circle
    {
        public Circle Self => this;
    }
}
