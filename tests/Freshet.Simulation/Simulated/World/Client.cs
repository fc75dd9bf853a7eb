namespace Freshet.Simulation;

/// <summary>One person or service that reads and writes, mostly through one node.</summary>
/// <remarks>Each operation draws from a stream of its own, so that leaving one out leaves the others as they are.</remarks>
internal sealed class Client(World world, int number, Chance seed)
{
    private readonly Chance _pauses = seed.Split();
    private readonly ulong _seed = seed.NextLong();
    private Chance _chance = new(0);
    private readonly Dictionary<int, long> _seen = []; // highest version of each key it was shown by a versioned query
    private readonly Dictionary<int, Own> _own = [];   // what it wrote last
    private ConsistencyToken? _token;
    private int _node = number % world.Nodes.Length;

    private Scheduler Scheduler => world.Scheduler;

    /// <summary>What a client knows of its own write to a key.</summary>
    /// <param name="Version">What it committed.</param>
    /// <param name="Node">The process that took the write.</param>
    /// <param name="Incarnation">Which one.</param>
    /// <param name="HasToken">Whether it was given a token for it; else only that process must show it.</param>
    private readonly record struct Own(long Version, int Node, int Incarnation, bool HasToken);

    public async Task RunAsync()
    {
        var pause = _pauses.Between(2, 40);
        for (var operation = number * 1_000_000; ; operation++)
        {
            await world.Lane.DelayAsync(TimeSpan.FromMilliseconds(_pauses.Between(0, 2 * pause)).Ticks);
            if (!world.IsOpen) break;
            if (!world.TryOperate(operation)) continue;
            _chance = new Chance(_seed ^ ((ulong)operation * 0x9E3779B97F4A7C15));
            if (_chance.Is(0.05)) _node = _chance.Next(world.Nodes.Length);
            var node = world.Nodes[_node];
            if (node.IsGone || node.Freshet is null) continue;
            try
            {
                var draw = _chance.NextDouble();
                if (draw < world.Writes)
                {
                    await WriteAsync(node);
                    if (_chance.Is(0.3)) await LookElsewhereAsync();
                }
                else if (draw > 0.92) await ReadScreenAsync(node);
                else await ReadSomeAsync(node);
            }
            catch (NodeGoneException)
            {
                // Somebody at the load balancer sends it elsewhere.
                _node = _chance.Next(world.Nodes.Length);
            }
        }
    }

    /// <summary>Reads everything everywhere, when all is mended and every time has passed.</summary>
    public async Task ReadAllAsync()
    {
        foreach (var node in world.Nodes)
        {
            for (var key = 0; key < world.Source.Keys; key++)
            {
                foreach (var kind in Enum.GetValues<QueryKind>())
                {
                    var (read, told) = Begin(node, kind, key, mayAsk: false, isLast: true);
                    await node.CallAsync(() => ReadAsync(node, read, told, null));
                }
            }
        }
    }

    private Task<bool> ReadSomeAsync(SimNode node)
    {
        var reads = 1 + _chance.Next(12);
        var together = _chance.Is(0.4);
        return node.CallAsync(async () =>
        {
            var running = new List<Task<bool>>();
            for (var i = 0; i < reads; i++)
            {
                var (kind, key) = (world.Kinds[_chance.Next(world.Kinds.Count)], _chance.Next(world.Source.Keys));
                var (read, told) = Begin(node, kind, key, mayAsk: true);
                var reading = ReadAsync(node, read, told, Requirement(read));
                if (!together || _chance.Is(0.3)) await reading;
                else running.Add(reading);
                if (_chance.Is(0.1)) await node.Lane.DelayAsync(TimeSpan.FromMilliseconds(_chance.Between(0.05, 4)).Ticks);
            }
            foreach (var reading in running) await reading;
            return true;
        });
    }

    /// <summary>Sent to another node with its token, it looks at what it has written.</summary>
    private async Task LookElsewhereAsync()
    {
        _node = _chance.Next(world.Nodes.Length);
        var node = world.Nodes[_node];
        if (node.IsGone || node.Freshet is null) return;
        await node.CallAsync(async () =>
        {
            foreach (var key in _own.Keys.ToList())
            {
                var (read, told) = Begin(node, world.Kinds[_chance.Next(world.Kinds.Count)], key, mayAsk: true);
                await ReadAsync(node, read, told, Requirement(read));
            }
            return true;
        });
    }

    private Task<bool> ReadScreenAsync(SimNode node)
    {
        QueryKind[] kinds = [QueryKind.High, QueryKind.Memory, QueryKind.Found];
        var keys = kinds.Select(_ => _chance.Next(world.Source.Keys)).ToArray();
        return node.CallAsync(async () =>
        {
            List<ReadFact> shown = [];
            try
            {
                var answer = await node.Freshet.ReadScreenAsync(Shop.Both, async _ =>
                {
                    var reads = new List<ReadFact>();
                    for (var i = 0; i < kinds.Length; i++)
                    {
                        var (read, _) = Begin(node, kinds[i], keys[i], mayAsk: false);
                        reads.Add(read);
                        if (!await ReadAsync(node, read, told: true, null)) throw new IOException("A part failed.");
                        if (_chance.Is(0.3)) await node.Lane.DelayAsync(TimeSpan.FromMilliseconds(_chance.Between(0.05, 4)).Ticks);
                    }
                    return reads;
                });
                shown = answer.IsCoherent ? answer.Value : [];
            }
            catch (IOException)
            {
                // The screen shows an error instead.
            }
            if (shown.Count > 0) world.History.Screens.Add(new ScreenFact(world.History.Screens.Count, Scheduler.Now, shown));
            return true;
        });
    }

    private (ReadFact Read, bool Told) Begin(SimNode node, QueryKind kind, int key, bool mayAsk, long committing = 0, bool isLast = false)
    {
        var own = committing;
        var hasToken = false;
        if (committing == 0 && _own.TryGetValue(key, out var written) && kind != QueryKind.Versioned
            && (written.HasToken ? mayAsk : written.Node == node.Number && written.Incarnation == node.Incarnation)) (own, hasToken) = (written.Version, written.HasToken);
        var minimum = mayAsk && kind == QueryKind.Versioned && _seen.TryGetValue(key, out var seen) && _chance.Is(0.7) ? seen : 0;
        var read = new ReadFact
        {
            Number = world.History.Reads.Count,
            Node = node.Number,
            Incarnation = node.Incarnation,
            Session = number,
            Query = kind,
            Key = key,
            Began = Scheduler.Now,
            At = world.History.PlaceOf(node.Freshet.Log.Position),
            Own = own,
            HasToken = hasToken,
            Minimum = minimum,
            IsInAction = committing > 0,
            IsTroubled = node.Link.IsTroubled(Scheduler.Now),
            Slept = world.Slept,
            IsLast = isLast,
        };
        world.History.Reads.Add(read);
        return (read, own > 0 || minimum > 0 || _chance.Is(0.5));
    }

    private ReadRequirement? Requirement(ReadFact read) =>
        read.Own == 0 && read.Minimum == 0 ? null : new ReadRequirement(read.HasToken ? _token : null, read.Minimum > 0 ? read.Minimum : null);

    private async Task<bool> ReadAsync(SimNode node, ReadFact read, bool told, ReadRequirement? requirement)
    {
        try
        {
            if (told)
            {
                var answer = await node.Freshet.ReadAnswerAsync(Shop.Of(read.Query), read.Key, requirement);
                (read.Version, read.Load, read.IsTold) = (answer.Value.Version, answer.Value.Load, true);
                (read.Source, read.LoadedAt, read.ValidAt, read.Satisfied) = (answer.Source, world.History.PlaceOf(answer.LoadedAt), answer.ValidAt, answer.Satisfied);
            }
            else
            {
                var row = await node.Freshet.ReadAsync(Shop.Of(read.Query), read.Key);
                (read.Version, read.Load) = (row.Version, row.Load);
            }
            read.End = ReadEnd.Answered;
            if (read.Query == QueryKind.Versioned && read.Version > _seen.GetValueOrDefault(read.Key)) _seen[read.Key] = read.Version;
        }
        catch (Exception error)
        {
            (read.End, read.Error) = (ReadEnd.Failed, error.GetType().Name);
        }
        read.Ended = Scheduler.Now;
        read.IsTroubled |= node.Link.IsTroubled(Scheduler.Now);
        Scheduler.Note((ulong)read.Version ^ ((ulong)read.Load << 20));
        return read.End == ReadEnd.Answered;
    }

    private async Task WriteAsync(SimNode node)
    {
        var key = _chance.Next(world.Source.Keys);
        var write = world.History.Writes.Count;
        if (world.Source.TryLock(key, write) is not { } version) return;
        var profile = _chance.Is(0.6) ? null : _chance.Of(Shop.Brief, Shop.Brief, Shop.Briefer, Shop.Longer);
        var fact = new WriteFact
        {
            Number = write,
            Node = node.Number,
            Incarnation = node.Incarnation,
            Key = key,
            Version = version,
            Began = Scheduler.Now,
            Expires = profile is null,
            Deadline = profile?.Expire.Ticks ?? 0,
        };
        world.History.Writes.Add(fact);
        try
        {
            var token = await node.CallAsync(() => new WriteRun(world, node, fact, profile, _chance, own => ReadInActionAsync(node, key, own)).RunAsync());
            if (fact.CommittedAt < 0 || fact.IsBroken) return;
            if (token is { } given) _token = given;
            if ((fact.Expires && fact.IsPending) || (token is not null && !fact.IsPending)) _own[key] = new Own(version, node.Number, node.Incarnation, token is not null && !fact.IsPending);
            else _own.Remove(key);
        }
        catch (NodeGoneException)
        {
            fact.IsBroken = true;
            throw;
        }
        finally
        {
            world.Source.Release(key, write);
        }
    }

    private async Task ReadInActionAsync(SimNode node, int key, long own)
    {
        var (read, _) = Begin(node, QueryOfWriter(), key, mayAsk: false, committing: own);
        await ReadAsync(node, read, told: true, null);
    }

    // Any but the one whose source may not have the write yet.
    private QueryKind QueryOfWriter()
    {
        var kind = world.Kinds[_chance.Next(world.Kinds.Count)];
        return kind == QueryKind.Versioned ? QueryKind.High : kind;
    }
}
