export {
  AppArmorAbi, AppArmorProfile, DbusAccess, ExecTransition, IoUringAccess, MqueueAccess, MqueueType, NetworkFamily, ProfileBase,
  ProfileKind, ProfileMode, PtraceAccess, Resource, Rule, Signal, SignalAccess, SocketAccess, SocketType,
  type AppArmorProfileProps, type ChangeProfileOptions, type DbusProps, type IncludeOptions, type IoUringProps, type LinkOptions,
  type LoadedProfile, type MountProps, type MqueueProps, type NetworkOptions, type PivotRootProps, type ProfileTextOptions, type PtraceProps,
  type SignalProps, type UnixProps,
} from './profile';
