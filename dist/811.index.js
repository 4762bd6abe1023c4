export const id=811;export const ids=[811];export const modules={9811:((e,t,n)=>{n.d(t,{loadJournal:()=>r.n});var r=n(537)})};
