using Freshet.Benchmarks.Redis;

switch (args)
{
    case ["append"]:
        await Appends.PrintAsync().ConfigureAwait(false);
        return;
    case ["second-level"]:
        await SecondLevelHits.PrintAsync().ConfigureAwait(false);
        return;
    case ["visible"]:
        await Visibility.PrintAsync().ConfigureAwait(false);
        return;
    case ["leases"]:
        await LeaseCosts.PrintAsync().ConfigureAwait(false);
        return;
    case ["follow"]:
        await Following.PrintAsync().ConfigureAwait(false);
        return;
    case ["catch-up"]:
        await CatchingUp.PrintAsync().ConfigureAwait(false);
        return;
    case ["memory"]:
        await RedisMemory.PrintAsync().ConfigureAwait(false);
        return;
    case [Following.Verb, var redis]:
        await Following.WriteAsync(redis).ConfigureAwait(false);
        return;
    default:
        Console.Error.WriteLine("Which one? append, second-level, visible, leases, follow, catch-up, memory");
        return;
}
