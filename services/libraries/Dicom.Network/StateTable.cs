using static MedCloud.Dicom.Network.UpperLayerAction;

namespace MedCloud.Dicom.Network;

/// <summary>The states of PS3.8 9.2.1.</summary>
internal enum UpperLayerState
{
    /// <summary>Idle.</summary>
    Sta1 = 1,

    /// <summary>Transport connection open, awaiting A-ASSOCIATE-RQ.</summary>
    Sta2,

    /// <summary>Awaiting the local user's A-ASSOCIATE response.</summary>
    Sta3,

    /// <summary>Awaiting the opening of the transport connection.</summary>
    Sta4,

    /// <summary>Awaiting A-ASSOCIATE-AC or -RJ.</summary>
    Sta5,

    /// <summary>Association established, ready for data transfer.</summary>
    Sta6,

    /// <summary>Awaiting A-RELEASE-RP.</summary>
    Sta7,

    /// <summary>Awaiting the local user's A-RELEASE response.</summary>
    Sta8,

    /// <summary>Release collision, requestor: awaiting the local user's A-RELEASE response.</summary>
    Sta9,

    /// <summary>Release collision, acceptor: awaiting A-RELEASE-RP.</summary>
    Sta10,

    /// <summary>Release collision, requestor: awaiting A-RELEASE-RP.</summary>
    Sta11,

    /// <summary>Release collision, acceptor: awaiting the local user's A-RELEASE response.</summary>
    Sta12,

    /// <summary>Awaiting the close of the transport connection; the association no longer exists.</summary>
    Sta13,
}

/// <summary>The events of PS3.8 Table 9-10.</summary>
internal enum UpperLayerEvent
{
    /// <summary>A-ASSOCIATE request (local user).</summary>
    Evt1 = 1,

    /// <summary>Transport connection confirmed.</summary>
    Evt2,

    /// <summary>A-ASSOCIATE-AC received.</summary>
    Evt3,

    /// <summary>A-ASSOCIATE-RJ received.</summary>
    Evt4,

    /// <summary>Transport connection indication.</summary>
    Evt5,

    /// <summary>A-ASSOCIATE-RQ received.</summary>
    Evt6,

    /// <summary>A-ASSOCIATE response, accept (local user).</summary>
    Evt7,

    /// <summary>A-ASSOCIATE response, reject (local user).</summary>
    Evt8,

    /// <summary>P-DATA request (local user).</summary>
    Evt9,

    /// <summary>P-DATA-TF received.</summary>
    Evt10,

    /// <summary>A-RELEASE request (local user).</summary>
    Evt11,

    /// <summary>A-RELEASE-RQ received.</summary>
    Evt12,

    /// <summary>A-RELEASE-RP received.</summary>
    Evt13,

    /// <summary>A-RELEASE response (local user).</summary>
    Evt14,

    /// <summary>A-ABORT request (local user).</summary>
    Evt15,

    /// <summary>A-ABORT received.</summary>
    Evt16,

    /// <summary>Transport connection closed.</summary>
    Evt17,

    /// <summary>ARTIM timer expired.</summary>
    Evt18,

    /// <summary>Unrecognized or invalid PDU received.</summary>
    Evt19,
}

/// <summary>The actions of PS3.8 9.2.2. <c>AE1</c> is the standard's AE-1, and so on.</summary>
internal enum UpperLayerAction
{
    /// <summary>The event cannot happen in the state (an empty cell).</summary>
    None,
    AE1, AE2, AE3, AE4, AE5, AE6, AE7, AE8,
    DT1, DT2,
    AR1, AR2, AR3, AR4, AR5, AR6, AR7, AR8, AR9, AR10,
    AA1, AA2, AA3, AA4, AA5, AA6, AA7, AA8,
}

/// <summary>PS3.8 Table 9-10 as data: what happens at an event in a state. <see cref="UpperLayer"/> does nothing else than what stands here.</summary>
internal static class StateTable
{
    private const UpperLayerAction ___ = None;

    private static readonly UpperLayerAction[,] Cells =
    {
        //            Sta1 Sta2 Sta3 Sta4 Sta5 Sta6 Sta7 Sta8 Sta9 S10   S11  S12  S13
        /* Evt1  */ { AE1, ___, ___, ___, ___, ___, ___, ___, ___, ___,  ___, ___, ___ },
        /* Evt2  */ { ___, ___, ___, AE2, ___, ___, ___, ___, ___, ___,  ___, ___, ___ },
        /* Evt3  */ { ___, AA1, AA8, ___, AE3, AA8, AA8, AA8, AA8, AA8,  AA8, AA8, AA6 },
        /* Evt4  */ { ___, AA1, AA8, ___, AE4, AA8, AA8, AA8, AA8, AA8,  AA8, AA8, AA6 },
        /* Evt5  */ { AE5, ___, ___, ___, ___, ___, ___, ___, ___, ___,  ___, ___, ___ },
        /* Evt6  */ { ___, AE6, AA8, ___, AA8, AA8, AA8, AA8, AA8, AA8,  AA8, AA8, AA7 },
        /* Evt7  */ { ___, ___, AE7, ___, ___, ___, ___, ___, ___, ___,  ___, ___, ___ },
        /* Evt8  */ { ___, ___, AE8, ___, ___, ___, ___, ___, ___, ___,  ___, ___, ___ },
        /* Evt9  */ { ___, ___, ___, ___, ___, DT1, ___, AR7, ___, ___,  ___, ___, ___ },
        /* Evt10 */ { ___, AA1, AA8, ___, AA8, DT2, AR6, AA8, AA8, AA8,  AA8, AA8, AA6 },
        /* Evt11 */ { ___, ___, ___, ___, ___, AR1, ___, ___, ___, ___,  ___, ___, ___ },
        /* Evt12 */ { ___, AA1, AA8, ___, AA8, AR2, AR8, AA8, AA8, AA8,  AA8, AA8, AA6 },
        /* Evt13 */ { ___, AA1, AA8, ___, AA8, AA8, AR3, AA8, AA8, AR10, AR3, AA8, AA6 },
        /* Evt14 */ { ___, ___, ___, ___, ___, ___, ___, AR4, AR9, ___,  ___, AR4, ___ },
        /* Evt15 */ { ___, ___, AA1, AA2, AA1, AA1, AA1, AA1, AA1, AA1,  AA1, AA1, ___ },
        /* Evt16 */ { ___, AA2, AA3, ___, AA3, AA3, AA3, AA3, AA3, AA3,  AA3, AA3, AA2 },
        /* Evt17 */ { ___, AA5, AA4, AA4, AA4, AA4, AA4, AA4, AA4, AA4,  AA4, AA4, AR5 },
        /* Evt18 */ { ___, AA2, ___, ___, ___, ___, ___, ___, ___, ___,  ___, ___, AA2 },
        /* Evt19 */ { ___, AA1, AA8, ___, AA8, AA8, AA8, AA8, AA8, AA8,  AA8, AA8, AA7 },
    };

    /// <summary>The action of <paramref name="event"/> in <paramref name="state"/>; <see cref="None"/> where the standard has an empty cell.</summary>
    public static UpperLayerAction ActionFor(UpperLayerEvent @event, UpperLayerState state) => Cells[(int)@event - 1, (int)state - 1];
}
